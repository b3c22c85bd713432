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
_DIGITAL_SILENCE_DB = -96.0
"""dBFS; below 16 bits' own noise"""
_DOWN_OVER_FLOOR_DB = 12.0
"""A groove is at least this much louder than a lifted needle"""
_LIFTED_OVER_FLOOR_DB = 6.0
"""Below this over the floor the needle is up"""
_DOWN_S = 0.3
"""A bump against the plinth is shorter"""
_PROGRAMME_DB = -52.0
"""dBFS; a quiet LP's groove noise is near -60. A worn one's may be louder, and pass for music:
better than to leave a softly transferred side ungraded"""
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
        self.at_floor = True
        """Whether the last step was as quiet as a lifted needle"""
        self.programme = False
        """Whether the last step was programme, and no mere groove"""
        self._floor_db = _FLOOR_DB
        self._noise_db = 0.0
        self._coming: SidePhase | None = None
        self._since_s = 0.0

    def step(self, level_db: float, start_s: float, end_s: float) -> Change | None:
        """Take the level of the step from `start_s` to `end_s`; say if the phase changed."""
        self.programme = False
        if self.phase == "idle":
            return self._idle(level_db, start_s, end_s)
        self.at_floor = level_db < self._floor_db + _LIFTED_OVER_FLOOR_DB
        if self.at_floor:
            return self._after(self._lift_s, "idle", start_s, end_s)
        self._noise_db = min(self._noise_db, level_db)
        self.programme = level_db >= min(_PROGRAMME_DB, self._noise_db + _PROGRAMME_OVER_NOISE_DB)
        if self.phase == "needle_down" and self.programme:
            return self._after(_PROGRAMME_S, "playing", start_s, end_s)
        self._coming = None
        return None

    def give_up(self) -> None:
        """No side lasts so long: what sounds is the preamp's own floor, and the needle is up."""
        self._floor_db = self._noise_db
        self.phase = "idle"
        self._coming = None

    def _idle(self, level_db: float, start_s: float, end_s: float) -> Change | None:
        self.at_floor = level_db < self._floor_db + _DOWN_OVER_FLOOR_DB
        if self.at_floor:
            self._coming = None
            # Digital silence, as many cards give at first, is no preamp's floor.
            if level_db > _DIGITAL_SILENCE_DB:
                self._floor_db = min(self._floor_db, level_db)
            return None
        self._noise_db = level_db
        return self._after(_DOWN_S, "needle_down", start_s, end_s)

    def _after(
        self, least_s: float, phase: SidePhase, start_s: float, end_s: float
    ) -> Change | None:
        """Change to `phase` once what speaks for it has lasted."""
        if self._coming != phase:
            self._coming = phase
            self._since_s = start_s
        if end_s - self._since_s < least_s:
            return None
        self.phase = phase
        self._coming = None
        return Change(phase, self._since_s)
