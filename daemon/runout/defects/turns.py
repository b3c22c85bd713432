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
from runout.defects.landing import around, is_landing, is_over, onset, repeat
from runout.defects.revolution import NOMINAL_RPM

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
_REFUSED = 8
"""Places that are remembered as no jump: a lag is looked at for as long as it is heard"""
_SHOCK_LEAST = 0.1
"""The model's score there; less than makes a click by itself: the place is suspicious already"""
_AGAIN_S = 0.025
"""A locked groove's next shock comes within this of a turn later"""
_CLICK = 0.9
"""A score that is a click without doubt"""
_NO_CLICK = 0.2
"""... and one that is none"""
_NEAR_CELLS = 3
"""Cells within which a click that is heard again may lie from where it is due"""
_SHORT_S = 0.6
"""A skip's repeat is told to end up to this much too early: two looks, less a little"""
_FLIGHT_S = 0.04
"""The repeat is heard at most so long after the shock, which hides the groove for that while: 15 ms
of flight and a pop"""
_LATE_S = 0.012
"""... or told so much too early: two parts"""
_BEYOND_S = 0.5
"""What is heard so long after a turn is over tells whether it was played again"""
_LEFT_LOOKS = 2
"""Looks that find no repeat end it; a shock may spoil one"""
_SCORES_S = 8.0


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
    missed: int = 0
    locked: bool = False


class TurnTracker:
    """Compares each turn of one side with those before."""

    def __init__(self, rate: int, start_s: float, cell_s: float) -> None:
        """The sound that is fed begins at `start_s` seconds and is at `rate` hertz."""
        self._past = Past(rate)
        self._start_s = start_s
        self._cell_s = cell_s
        self._scores: deque[Array] = deque()
        self._scored = 0
        self._ranges = {turns: _ranges(turns, self._past.bin_rate) for turns in _TURNS}
        self._looks = 0
        self._looked = 0
        self._on: _On | None = None
        self._refused: deque[tuple[int, int]] = deque(maxlen=_REFUSED)
        self._cells_kept = round(_SCORES_S / cell_s)

    @property
    def locked(self) -> bool:
        """Whether the needle is in a locked groove."""
        return self._on is not None and self._on.locked

    def feed(self, audio: Array, scores: Array) -> list[Skipped | LockBegan | LockEnded]:
        """Take sound of shape (2, samples) and the model's score of an impulse in its cells."""
        self._past.feed(audio)
        self._scores.append(scores)
        self._scored += len(scores)
        while self._scored - len(self._scores[0]) > self._cells_kept:
            self._scored -= len(self._scores.popleft())
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
        if self._shock(*around(place, rate)) is None:
            return None
        again = repeat(past, place, round(lag * rate / past.bin_rate))
        if again is None:
            return None  # too soon to say
        self._refused.append((place, lag))
        shock = self._shock(
            again.start - round(_FLIGHT_S * rate), again.start + round(_LATE_S * rate)
        )
        if shock is None or not is_landing(past, again, shock, turns):
            return None
        time_s = self._start_s + shock / rate
        period_s = again.mean_lag / rate / turns
        return _On(Jump(time_s, period_s, turns, again.alike), lag, self._now_s)

    def _was_refused(self, place: int, lag: int) -> bool:
        """Whether this place has been looked at closely: a repeat lasts for several looks."""
        near = self._past.part_s * self._past.rate
        return any(
            abs(place - refused) <= near and abs(lag - other) <= 2
            for refused, other in self._refused
        )

    def _shock(self, first: int, last: int) -> int | None:
        """The sample, from `first` to `last`, where the model heard most of an impulse, if any."""
        last = min(last, self._past.heard)
        rate = self._past.rate
        cells = self._cells(self._start_s + first / rate, self._start_s + last / rate)
        if cells.max(initial=0.0) < _SHOCK_LEAST:
            return None
        return last - round((len(cells) - int(cells.argmax())) * self._cell_s * rate)

    def _follow(self, on: _On) -> list[Skipped | LockBegan | LockEnded]:
        """See whether the repeat goes on."""
        _, alike = self._past.best_lag(_LOOK_S, on.lag - 2, on.lag + 2)
        parts = self._past.alike(on.lag)[-round(_LOOK_S / self._past.part_s) :]
        # At the median, so that a shock within doesn't spoil it.
        if max(alike, float(np.median(parts))) < _PART_LEAST:
            on.missed += 1
            known = self._now_s >= on.jump.time_s + on.jump.lag_s + _BEYOND_S
            return self._end(on) if on.missed >= _LEFT_LOOKS and known else []
        on.missed = 0
        on.last_s = self._now_s
        again_s = on.jump.time_s + on.jump.lag_s
        if on.locked or on.last_s - _LOOK_S <= again_s:
            return []
        # Music that repeats on and on does so without a shock each time. Or it sounds the same by
        # its beat alone, and the needle has played on.
        if self._score(again_s - _AGAIN_S, again_s + _AGAIN_S) < _SHOCK_LEAST:
            return self._end(on) if self._now_s >= again_s + _BEYOND_S else []
        if not self._damage_repeats(on):
            self._on = None
            return []
        on.locked = True
        return [LockBegan(on.jump)]

    def _end(self, on: _On) -> list[Skipped | LockBegan | LockEnded]:
        self._on = None
        lag_s = on.jump.lag_s
        if on.locked:
            repeats = max(1, round((on.last_s - on.jump.time_s) / lag_s))
            return [LockEnded(on.jump, on.jump.time_s + repeats * lag_s, repeats)]
        whole = on.last_s >= on.jump.time_s + lag_s - _SHORT_S
        if not whole or not self._damage_repeats(on) or not self._played_on(on.jump):
            return []
        return [Skipped(on.jump)]

    def _played_on(self, jump: Jump) -> bool:
        """Whether the needle has passed the place where it jumped."""
        rate = self._past.rate
        again = round((jump.time_s + jump.lag_s - self._start_s) * rate)
        landed = again + round(_FLIGHT_S * rate)
        return is_over(self._past, again, landed, round(jump.lag_s * rate))

    def _score(self, start_s: float, end_s: float) -> float:
        """The most that the model made of the cells between two times."""
        return float(self._cells(start_s, end_s).max(initial=0.0))

    def _cells(self, start_s: float, end_s: float) -> Array:
        """The scores of the cells between two times, as far as they are kept."""
        scores = np.concatenate(self._scores)
        end = len(scores)
        first = end - round((self._now_s - start_s) / self._cell_s)
        last = end - round((self._now_s - end_s) / self._cell_s)
        return scores[max(0, first) : max(0, last)]

    def _damage_repeats(self, on: _On) -> bool:
        """Whether the clicks since the jump, and those a turn before, are mostly the same ones.

        Dust on a record of loops isn't: it lies elsewhere on every turn.
        """
        jump = on.jump
        start_s, end_s = jump.time_s + _FLIGHT_S, min(on.last_s, jump.time_s + jump.lag_s)
        now = self._cells(start_s, end_s - _FLIGHT_S)
        then = self._cells(start_s - jump.lag_s, end_s - _FLIGHT_S - jump.lag_s)
        cells = min(len(now), len(then))
        if cells == 0:
            return True
        now, then = now[-cells:], then[-cells:]
        same = other = 0
        for one, mate in ((now, then), (then, now)):
            clicks = np.flatnonzero(one >= _CLICK)
            heard = np.array(
                [mate[max(0, c - _NEAR_CELLS) : c + _NEAR_CELLS + 1].max() for c in clicks]
            )
            same += int((heard > _NO_CLICK).sum())
            other += int((heard <= _NO_CLICK).sum())
        return other <= same


def _ranges(turns: int, rate: float) -> list[tuple[int, int]]:
    """Least and largest lag of each nominal speed; bins at `rate` hertz."""
    periods = [60.0 / rpm * turns * rate for rpm in NOMINAL_RPM]
    return [
        (math.floor(period / (1.0 + _OFF)), math.ceil(period / (1.0 - _OFF))) for period in periods
    ]
