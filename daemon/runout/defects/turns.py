"""Skips back and locked grooves: the needle plays again what it played a turn or two before.

A record that repeats itself is common where music is made of loops, and a bar may well last a
turn. The needle's jump tells them apart: where the repeating begins there is a shock, before it
nothing is repeated, and after it even the hiss is.
"""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.defects.again import Past
from runout.defects.landing import (
    Verdict,
    around,
    earlier,
    is_alike,
    is_over,
    landing,
    onset,
    repeat,
)
from runout.defects.revolution import NOMINAL_RPM
from runout.defects.shock import Shocks

Array = npt.NDArray[np.float32]

_OFF = 0.031
"""Most that a speed is off the nominal one: 3 %, and some flutter"""
_TURNS = (1, 2)
"""Grooves that a needle jumps"""
_LOOK_S = 0.37
"""Seconds between two looks, and compared in each: half a turn at 78 rpm, so that one look at
least falls into what a skip repeats"""
_COARSE_LEAST = 0.75
"""A look's correlation that is worth a closer one"""
_PART_LEAST = 0.6
"""A part's correlation that continues a repeat"""
_FINE_LEAST = 0.9
"""Likewise of the sound itself, by how alike it was when the repeat began"""
_STRUCK_LEAST = 2
"""Shocks beyond doubt, each some turns after the first, that make a locked groove of what was
perhaps a jump"""
_REFUSED = 8
"""Places that are remembered as no jump: a lag is looked at for as long as it is heard"""
_AGAIN_S = 0.025
"""A locked groove's next shock comes within this of a turn later"""
_SHORT_S = 0.6
"""A skip's repeat is told to end up to this much too early: two looks, less a little"""
_FLIGHT_S = 0.04
"""The repeat is heard at most so long after the shock, which hides the groove for that while: 15 ms
of flight and a pop"""
_LATE_S = 0.012
"""... or told so much too early: two parts"""
_KNOWN_S = 0.3
"""So long after a place it is known whether there was a shock"""
_BEYOND_S = 0.5
"""What is heard so long after a turn is over tells whether it was played again"""
_LEFT_LOOKS = 2
"""Looks that find no repeat end it; a shock may spoil one"""


@dataclass(frozen=True, slots=True)
class Jump:
    """The needle went back."""

    time_s: float
    period_s: float
    """Seconds a revolution"""
    grooves: int
    """How many it went back"""
    confidence: float
    """How much of the sound since is what it was before, 0 to 1"""

    @property
    def lag_s(self) -> float:
        """Seconds since what is heard was heard before."""
        return self.period_s * self.grooves


@dataclass(frozen=True, slots=True)
class Skipped:
    """It went back once and then played on."""

    jump: Jump


@dataclass(frozen=True, slots=True)
class LockBegan:
    """It went back again after a turn."""

    jump: Jump


@dataclass(frozen=True, slots=True)
class LockEnded:
    """It got out, or the sound ended."""

    jump: Jump
    end_s: float
    repeats: int
    """Times that the turn was heard again"""


@dataclass(slots=True)
class _On:
    jump: Jump
    lag: int
    """Bins of the envelope"""
    last_s: float
    """Until when the repeat was heard"""
    verdict: Verdict
    """Whether it is one: yes or perhaps"""
    missed: int = 0
    struck: int = 0
    """Times that there was a shock again a turn later"""
    sure: int = 0
    """... and that there was no doubt about it"""
    locked: bool = False

    @property
    def likely(self) -> bool:
        """Whether the shocks since make up for what was not certain at the first."""
        return self.sure >= _STRUCK_LEAST


class TurnTracker:
    """Compares each turn of one side with those before."""

    def __init__(self, rate: int, start_s: float, cell_s: float) -> None:
        """The sound that is fed begins at `start_s` seconds and is at `rate` hertz."""
        self._past = Past(rate)
        self._start_s = start_s
        self._shocks = Shocks(self._past, start_s, cell_s)
        self._ranges = {turns: _ranges(turns, self._past.bin_rate) for turns in _TURNS}
        self._looks = 0
        self._looked = 0
        self._on: _On | None = None
        self._refused: deque[tuple[int, int]] = deque(maxlen=_REFUSED)

    @property
    def locked(self) -> bool:
        """Whether the needle is in a locked groove."""
        return self._on is not None and self._on.locked

    def feed(self, audio: Array, scores: Array) -> list[Skipped | LockBegan | LockEnded]:
        """Take sound of shape (2, samples) and the model's score of an impulse in its cells."""
        self._past.feed(audio)
        self._shocks.feed(scores)
        if self._past.heard - self._looked < _LOOK_S * self._past.rate:
            return []
        self._looked = self._past.heard
        self._looks += 1
        return self._seek() if self._on is None else self._follow(self._on)

    def finish(self) -> list[Skipped | LockBegan | LockEnded]:
        """Say what the end of the sound leaves."""
        return [] if self._on is None else self._end(self._on)

    @property
    def _now_s(self) -> float:
        return self._start_s + self._past.heard / self._past.rate

    def _seek(self) -> list[Skipped | LockBegan | LockEnded]:
        for turns in _TURNS:
            # What a jump over more grooves repeats lasts longer: a look at every other chance.
            if self._looks % turns == 0:
                for least, most in self._ranges[turns]:
                    lag, alike = self._past.best_lag(_LOOK_S, least, most)
                    if alike >= _COARSE_LEAST:
                        self._on = self._jumped(lag, turns)
                        if self._on is not None:
                            return []
        return []

    def _jumped(self, lag: int, turns: int) -> _On | None:
        """Look closely at a repeat with a lag of so many bins: is there a jump behind it?"""
        past, rate = self._past, self._past.rate
        place = onset(past, lag)
        if place is None or self._was_refused(place, lag):
            return None
        samples = round(lag * rate / past.bin_rate)
        if self._shocks.struck(*around(place, rate)) is None:
            if past.heard < place + _KNOWN_S * rate:
                return None  # too soon to say
            self._refused.append((place, lag))
            began = earlier(past, place, samples)
            if began is None or self._was_refused(began, lag):
                return None
            place = began
        again = repeat(past, place, samples)
        if again is None:
            return None  # likewise
        self._refused.append((place, lag))
        shock = self._shocks.struck(
            again.start - round(_FLIGHT_S * rate), again.start + round(_LATE_S * rate)
        )
        if shock is None:
            return None
        verdict = landing(past, again, shock.start, turns, shock.sure)
        if verdict == "no":
            return None
        time_s = self._start_s + shock.start / rate
        period_s = again.mean_lag / rate / turns
        return _On(Jump(time_s, period_s, turns, again.alike), lag, self._now_s, verdict)

    def _was_refused(self, place: int, lag: int) -> bool:
        """Whether this place has been looked at closely: a repeat lasts for several looks."""
        near = self._past.part_s * self._past.rate
        return any(
            abs(place - refused) <= near and abs(lag - other) <= 2
            for refused, other in self._refused
        )

    def _follow(self, on: _On) -> list[Skipped | LockBegan | LockEnded]:
        """See whether the repeat goes on."""
        if not self._goes_on(on):
            on.missed += 1
            known = self._now_s >= on.jump.time_s + on.jump.lag_s + _BEYOND_S
            return self._end(on) if on.missed >= _LEFT_LOOKS and known else []
        on.missed = 0
        on.last_s = self._now_s
        again_s = on.jump.time_s + (1 + on.struck) * on.jump.lag_s
        if on.locked or on.last_s - _LOOK_S <= again_s:
            return []
        # Music that repeats on and on does so without a shock each time. Or it sounds the same by
        # its beat alone, and the needle has played on.
        shock = self._shocks.struck(
            round((again_s - _AGAIN_S - self._start_s) * self._past.rate),
            round((again_s + _AGAIN_S - self._start_s) * self._past.rate),
        )
        if shock is None:
            return self._end(on) if self._now_s >= again_s + _BEYOND_S else []
        on.struck += 1
        on.sure += shock.sure
        if on.verdict == "perhaps" and not on.likely:
            return []
        if not self._damage_repeats(on):
            self._on = None
            return []
        on.locked = True
        return [LockBegan(on.jump)]

    def _goes_on(self, on: _On) -> bool:
        """Whether what is heard is still what was heard before."""
        past = self._past
        _, alike = past.best_lag(_LOOK_S, on.lag - 2, on.lag + 2)
        parts = past.alike(on.lag)[-round(_LOOK_S / past.part_s) :]
        # At the median, so that a shock within doesn't spoil it.
        if max(alike, float(np.median(parts))) >= _PART_LEAST:
            return True
        start = past.heard - round(_LOOK_S * past.rate)
        lag = round(on.jump.lag_s * past.rate)
        return is_alike(past, start, lag, _FINE_LEAST * on.jump.confidence)

    def _end(self, on: _On) -> list[Skipped | LockBegan | LockEnded]:
        self._on = None
        lag_s = on.jump.lag_s
        if on.verdict == "perhaps" and not on.locked:
            return []
        if on.locked:
            repeats = max(1, round((on.last_s - on.jump.time_s) / lag_s))
            return [LockEnded(on.jump, on.jump.time_s + repeats * lag_s, repeats)]
        whole = on.last_s >= on.jump.time_s + lag_s - _SHORT_S
        if not whole or not self._damage_repeats(on) or not self._played_on(on.jump):
            return []
        return [Skipped(on.jump)]

    def _damage_repeats(self, on: _On) -> bool:
        jump = on.jump
        end_s = min(on.last_s, jump.time_s + jump.lag_s)
        return self._shocks.damage_repeats(jump.time_s + _FLIGHT_S, end_s - _FLIGHT_S, jump.lag_s)

    def _played_on(self, jump: Jump) -> bool:
        """Whether the needle has passed the place where it jumped."""
        rate = self._past.rate
        again = round((jump.time_s + jump.lag_s - self._start_s) * rate)
        landed = again + round(_FLIGHT_S * rate)
        return is_over(self._past, again, landed, round(jump.lag_s * rate))


def _ranges(turns: int, rate: float) -> list[tuple[int, int]]:
    """Least and largest lag of each nominal speed; bins at `rate` hertz."""
    periods = [60.0 / rpm * turns * rate for rpm in NOMINAL_RPM]
    return [
        (math.floor(period / (1.0 + _OFF)), math.ceil(period / (1.0 - _OFF))) for period in periods
    ]
