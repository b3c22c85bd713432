"""Where the needle is, told from level and noise.

    idle --over the preamp's floor for 0.3 s--> needle_down --programme--> playing
    needle_down, playing --at the floor for `lift_s`, or the sound ends--> idle

Two lanes are followed (see envelope.py). A preamp's hum hides the groove in the level, never in
the middle; so the needle is down where either stands over its own floor. The floors are learnt
while idle, and presumed to be those of a usual USB preamp until then. What is heard first, and
what sounds on and on without music, is the preamp itself if it is steadier than any groove.
Programme is what stands well over the groove's own noise, or what is louder than any groove noise.

At the floor the needle was lifted, if the sound broke off; if it died away, the platter was
stopped, which is waited for longer.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from runout.side.envelope import DOWN, STOPPED, UP
from runout.side.groove import MIDDLE_SHARE
from runout.side.side import SidePhase

_FLOOR_DB = -80.0
"""dBFS; preamps with the needle up give -80 to -86"""
_MIDDLE_FLOOR_DB = -93.0
"""dBFS; what the middle has of white noise at `_FLOOR_DB`"""
_DIGITAL_SILENCE_DB = -126.5
"""dBFS; zeros, which are told as -127: any preamp and converter has more noise, even where the gain
is 24 dB too low"""
_DOWN_OVER_FLOOR_DB = (12.0, 6.0)
"""A groove is at least this much louder than a lifted needle, in level or middle. A quiet LP's
middle stands 8 dB over its preamp's (method.md of ripdoctor 0.5.0)"""
_LIFTED_OVER_FLOOR_DB = (6.0, 3.0)
"""Below this over the floor in both the needle is up"""
_FLOOR_RISES_DB_S = 0.2
"""A floor is learnt within a second where it is lower than thought, so slowly where higher"""
_DOWN_S = 0.3
"""A bump against the plinth is shorter"""
_PROGRAMME_DB = -52.0
"""dBFS; a quiet LP's groove noise is near -60. A worn one's may be louder, and pass for music:
better than to leave a softly transferred side ungraded"""
_PROGRAMME_OVER_FLOOR_DB = 14.0
"""... but a preamp that hums as loudly mustn't"""
_PROGRAMME_OVER_NOISE_DB = 10.0
"""Programme stands this much over the quietest groove of the side so far, in level or middle"""
_PROGRAMME_S = 0.5
_NOISE_S = 1.0
"""The groove's noise is the least that isn't exceeded for so long; so is the preamp's floor"""
_SLACK_S = 0.2
"""... or a step less"""
_FIRST_S = 3.0
"""The first sound is watched for so long, whether it is the preamp's own"""
_UNHEARD_S = 30.0
"""Likewise what never becomes music; a lead-in lasts half as long"""
_STEADY_DB = (1.5, 2.5)
"""Range of a preamp's level and middle in that time. Of 29 real LP sides three were as steady
for three seconds anywhere in the groove below -40 dBFS; the needle up most were (docs/side.md)"""
_LOUDEST_FLOOR_DB = -40.0
"""dBFS; louder than that is no preamp"""
_FALL_DB = 4.0
"""Music that is about to end is down by so much"""
_FALL_S = 0.4
"""... so long before it reaches the floor, where the platter stops; it needs a second or so to.
Where the needle is lifted, music or thump is heard until the last"""
_LONGEST_FALL_S = 3.0
_THUMP_DB = 4.0
"""Louder than it was at the last, it was lifted"""
_LOUD_DB = 20.0
"""Over the floor: what is softer breaks off as it dies away"""
_BEFORE_S = (3.0, 1.0)
"""How loud it was is asked of the time so long before"""
_STOPPED_S = 30.0
"""A stopped platter is waited for so long: less than it takes to turn the record"""


_Lanes = tuple[float, float]
"""Level and middle, dB"""


@dataclass(frozen=True, slots=True)
class Change:
    """The needle went from one phase to another."""

    phase: SidePhase
    time_s: float
    """Seconds; where it happened, not where it became certain"""


@dataclass(frozen=True, slots=True)
class _Step:
    lanes: _Lanes
    start_s: float
    end_s: float


class Needle:
    """The state machine, fed level and middle a step."""

    def __init__(self, lift_s: float) -> None:
        """`lift_s` seconds at the floor end a side; infinity if only the sound's end may."""
        self._lift_s = lift_s
        self.phase: SidePhase = "idle"
        self.at_floor = True
        """Whether the last step was as quiet as a lifted needle"""
        self.programme = False
        """Whether the last step was programme, and no mere groove"""
        self._floor = (_FLOOR_DB, _MIDDLE_FLOOR_DB)
        self._noise = (math.inf, math.inf)
        self._coming: SidePhase | None = None
        self._since_s = 0.0
        self._recent: deque[_Step] = deque()
        self._last: deque[_Step] = deque()
        self._first = True
        self._stopped = False

    @property
    def where(self) -> int:
        """DOWN, UP or STOPPED, as of the last step."""
        if self.phase != "idle" and not self.at_floor:
            return DOWN
        return STOPPED if self.phase != "idle" and self._stopped else UP

    @property
    def over_noise_db(self) -> float:
        """How far the last step stood over the groove's noise; infinity while that isn't known."""
        if math.inf in self._noise or not self._recent:
            return math.inf
        level, middle = self._recent[-1].lanes
        return (1.0 - MIDDLE_SHARE) * (level - self._noise[0]) + MIDDLE_SHARE * (
            middle - self._noise[1]
        )

    def step(
        self, level_db: float, middle_db: float, start_s: float, end_s: float
    ) -> Change | None:
        """Take the levels of the step from `start_s` to `end_s`; say if the phase changed."""
        step = _Step((level_db, middle_db), start_s, end_s)
        self.programme = False
        if self.phase == "idle":
            return self._watch(step) if self._first else self._idle(step)
        was_at_floor = self.at_floor
        self.at_floor = not self._over_floor(step, _LIFTED_OVER_FLOOR_DB)
        if self.at_floor:
            if not was_at_floor:
                self._stopped = self._died_away(step.start_s)
                self._recent.clear()
                self._last.clear()  # of the preamp it tells nothing
            wait_s = max(self._lift_s, _STOPPED_S) if self._stopped else self._lift_s
            return self._after(wait_s, "idle", step)
        self._noise = self._lowered(self._noise, step)
        self._keep(step, _UNHEARD_S)
        self.programme = self._is_programme(step.lanes)
        if self.phase == "needle_down":
            if self.programme:
                return self._after(_PROGRAMME_S, "playing", step)
            if math.isfinite(self._lift_s) and self._is_steady(_UNHEARD_S):
                self.give_up()
                return Change("idle", end_s)
        self._coming = None
        return None

    def settle(self, now_s: float) -> Change | None:
        """Take somebody's word that the needle is up: what sounds now is the preamp's own floor.

        It is since its lift, where that was heard. None, and all stays as it is, where that can't
        be: it isn't as steady as a preamp.
        """
        if self.phase == "idle":
            self._floor = self._unexceeded() or self._floor
            return Change("idle", now_s)
        if self.at_floor:
            now_s = self._since_s
        else:
            since_s = now_s - _FIRST_S
            last = [step for step in self._recent if step.end_s > since_s]
            long_enough = last[0].start_s <= since_s + _SLACK_S
            if not long_enough or not _steady(last) or last[-1].lanes[0] >= _LOUDEST_FLOOR_DB:
                return None
            self._recent = deque(last)
        self.give_up()
        return Change("idle", now_s)

    def give_up(self) -> None:
        """No side lasts so long: what sounds is the preamp's own floor, and the needle is up."""
        lanes = np.array([step.lanes for step in self._recent])
        if len(lanes):
            level, middle = np.median(lanes, axis=0)
            self._floor = (float(level), float(middle))
        self.phase = "idle"
        self._coming = None
        self._recent.clear()
        self._last.clear()

    def _watch(self, step: _Step) -> Change | None:
        """The first sound: is it the preamp's own, other though it is than was presumed?"""
        if step.lanes[0] <= _DIGITAL_SILENCE_DB:
            self._recent.clear()
            return None
        self._keep(step, _FIRST_S)
        steps = tuple(self._recent)
        if step.lanes[0] < _LOUDEST_FLOOR_DB and _steady(self._recent):
            if step.end_s - steps[0].start_s < _FIRST_S:
                return None
            self.give_up()
        self._first = False
        self._recent.clear()
        changes = (self._idle(kept) for kept in steps)
        return next((change for change in changes if change is not None), None)

    def _idle(self, step: _Step) -> Change | None:
        self.at_floor = not self._over_floor(step, _DOWN_OVER_FLOOR_DB)
        if self.at_floor:
            self._coming = None
            # Digital silence, as many cards give at first, is no preamp's floor.
            if step.lanes[0] <= _DIGITAL_SILENCE_DB:
                self._last.clear()
            else:
                rise = _FLOOR_RISES_DB_S * (step.end_s - step.start_s)
                self._floor = self._lowered((self._floor[0] + rise, self._floor[1] + rise), step)
            return None
        if self._coming is None:
            self._recent.clear()
            self._noise = (math.inf, math.inf)
        self._keep(step, _UNHEARD_S)
        return self._after(_DOWN_S, "needle_down", step)

    def _over_floor(self, step: _Step, over: _Lanes) -> bool:
        lanes = zip(step.lanes, self._floor, over, strict=True)
        return any(lane >= floor + more for lane, floor, more in lanes)

    def _is_programme(self, lanes: _Lanes) -> bool:
        loud = max(_PROGRAMME_DB, self._floor[0] + _PROGRAMME_OVER_FLOOR_DB)
        return lanes[0] >= loud or any(
            lane >= noise + _PROGRAMME_OVER_NOISE_DB
            for lane, noise in zip(lanes, self._noise, strict=True)
        )

    def _lowered(self, least: _Lanes, step: _Step) -> _Lanes:
        """`least`, or what the last second did not exceed, where that is less; takes the step."""
        self._last.append(step)
        while self._last[0].end_s <= step.end_s - _NOISE_S:
            self._last.popleft()
        lately = self._unexceeded()
        return least if lately is None else (min(least[0], lately[0]), min(least[1], lately[1]))

    def _unexceeded(self) -> _Lanes | None:
        """What the last second did not exceed, if there is so much."""
        if not self._last or self._last[-1].end_s - self._last[0].start_s < _NOISE_S - _SLACK_S:
            return None
        levels, middles = zip(*[step.lanes for step in self._last], strict=True)
        return max(levels), max(middles)

    def _keep(self, step: _Step, seconds: float) -> None:
        self._recent.append(step)
        while self._recent[0].end_s < step.end_s - seconds:
            self._recent.popleft()

    def _is_steady(self, seconds: float) -> bool:
        heard_s = self._recent[-1].end_s - self._recent[0].start_s
        return heard_s >= seconds and _steady(self._recent)

    def _died_away(self, now_s: float) -> bool:
        """Whether what was loud until just now became softer and softer, and did not break off."""
        longest, shortest = _BEFORE_S
        before = [
            step.lanes[0]
            for step in self._recent
            if now_s - longest <= step.start_s and step.end_s <= now_s - shortest
        ]
        if not before:
            return False
        usual = float(np.median(before))
        if usual < self._floor[0] + _LOUD_DB:
            return False
        loud_s = [step.end_s for step in self._recent if step.lanes[0] >= usual - _FALL_DB]
        last = [step.lanes[0] for step in self._recent if step.start_s >= now_s - shortest]
        if max(last) > usual + _THUMP_DB:
            return False
        return _FALL_S <= now_s - loud_s[-1] <= _LONGEST_FALL_S

    def _after(self, least_s: float, phase: SidePhase, step: _Step) -> Change | None:
        """Change to `phase` once what speaks for it has lasted."""
        if self._coming != phase:
            self._coming = phase
            self._since_s = step.start_s
        if step.end_s - self._since_s < least_s:
            return None
        self.phase = phase
        self._coming = None
        return Change(phase, self._since_s)


def _steady(steps: Iterable[_Step]) -> bool:
    lanes = np.array([step.lanes for step in steps])
    return bool(np.all(np.ptp(lanes, axis=0) <= _STEADY_DB))
