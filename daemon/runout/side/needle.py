"""Where the needle is, told from level and noise.

    idle --louder than the floor for 0.3 s--> needle_down --programme--> playing
    needle_down, playing --at the floor for `lift_s`, or the sound ends--> idle

The floor is the quietest that idle has been, and is presumed to be that of a usual USB preamp
until it is heard. Programme is what stands well over the groove's own noise, or what is louder
than any groove noise.
"""

from dataclasses import dataclass

from runout.side.side import SidePhase

_FLOOR_DB = -80.0
"""dBFS; preamps with the needle up give -80 to -86"""
_DOWN_OVER_FLOOR_DB = 12.0
"""A groove is at least this much louder than a lifted needle"""
_LIFTED_OVER_FLOOR_DB = 6.0
"""Below this over the floor the needle is up"""
_DOWN_S = 0.3
"""A bump against the plinth is shorter"""
_PROGRAMME_DB = -40.0
"""dBFS; louder than any groove noise at a usual gain (a quiet LP's is near -60)"""
_PROGRAMME_OVER_NOISE_DB = 10.0
"""Programme stands this much over the quietest groove of the side so far"""
_PROGRAMME_S = 0.5


@dataclass(frozen=True, slots=True)
class Change:
    """The needle went from one phase to another."""

    phase: SidePhase
    time_s: float
    """Seconds; where it happened, not where it became certain"""


class Needle:
    """The state machine, fed one level a step."""

    def __init__(self, lift_s: float) -> None:
        """`lift_s` seconds at the floor end a side; infinity if only the sound's end may."""
        self._lift_s = lift_s
        self.phase: SidePhase = "idle"
        self._floor_db = _FLOOR_DB
        self._noise_db = 0.0
        self._since_s: float | None = None

    def step(self, level_db: float, start_s: float, end_s: float) -> Change | None:
        """Take the level of the step from `start_s` to `end_s`; say if the phase changed."""
        if self.phase == "idle":
            return self._idle(level_db, start_s, end_s)
        self._noise_db = min(self._noise_db, level_db)
        if level_db < self._floor_db + _LIFTED_OVER_FLOOR_DB:
            return self._lifted(start_s, end_s)
        if self.phase == "needle_down":
            return self._needle_down(level_db, start_s, end_s)
        self._since_s = None
        return None

    def _idle(self, level_db: float, start_s: float, end_s: float) -> Change | None:
        if level_db < self._floor_db + _DOWN_OVER_FLOOR_DB:
            self._since_s = None
            self._floor_db = min(self._floor_db, max(level_db, -100.0))
            return None
        if not self._lasts(_DOWN_S, start_s, end_s):
            return None
        self._noise_db = level_db
        return self._change("needle_down")

    def _needle_down(self, level_db: float, start_s: float, end_s: float) -> Change | None:
        programme = level_db >= min(_PROGRAMME_DB, self._noise_db + _PROGRAMME_OVER_NOISE_DB)
        if not programme:
            self._since_s = None
            return None
        return self._change("playing") if self._lasts(_PROGRAMME_S, start_s, end_s) else None

    def _lifted(self, start_s: float, end_s: float) -> Change | None:
        return self._change("idle") if self._lasts(self._lift_s, start_s, end_s) else None

    def _lasts(self, least_s: float, start_s: float, end_s: float) -> bool:
        if self._since_s is None:
            self._since_s = start_s
        return end_s - self._since_s >= least_s

    def _change(self, phase: SidePhase) -> Change:
        assert self._since_s is not None
        change = Change(phase, self._since_s)
        self.phase = phase
        self._since_s = None
        return change
