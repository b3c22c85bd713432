"""Scratches: episodes of clicks that come back once a revolution, for three turns or more.

An impulse that is too doubtful to be told by itself may be one of a train: where others tell that a
scratch is due it is none by chance. (Track before detect: Davey, Rutten and Cheung 2008, EURASIP J.
Adv. Signal Process., 428036.)
"""

from collections import deque
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import numpy.typing as npt

from runout.defects.event import Channel
from runout.defects.faint import Faint
from runout.defects.revolution import LONGEST_S, NOMINAL_RPM, Train, is_beat, newest_train
from runout.defects.tick import Tick, alike, wall

Array = npt.NDArray[np.float32]

_KEPT = 256
"""Impulses kept to find trains in"""
_ADMITTED_PER_S = 8.0
"""Impulses a second that are followed; of more than that, the loudest"""
_LOWEST_DB = -20.0
_JOIN_REACH_S = 0.004
"""An impulse this near to where a scratch is due is its own. With 6 ms none was followed for
longer, and of 68 scratches 63, not 64, were named: one swallowed another that crossed it"""
_CLUSTER_S = 0.008
"""... and so is one this near to its last: a deep scratch clicks more than once"""
_DENSITY_S = 1.0
_MOST_BY_CHANCE = 0.3
"""Where so many impulses or more come when a turn is due anyhow, in crackle, coming then tells
nothing, and the scratch isn't gone on with"""
_FOLLOW = 0.4
"""Share of an impulse's lateness that the interval takes on"""
_MISSED = 2
"""Turns without a click that end a scratch; one is often missed"""
_LONG = 6
"""Turns from which one more may be missed"""
_HALF_HEARD = 0.02
"""Chance of as hot a score under which a click counts as come where it is due: it was so on 0.84 to
0.93 of the turns that were not told"""
_LATE = 0.1
"""Turns that a click may be late before it is missed"""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A scratch so far."""

    members: tuple[str, ...]
    """Ids of its impulses"""
    start_s: float
    last_s: float
    """Its last turn's impulse"""
    turns: int
    """Grooves crossed, missed ones included"""
    period_s: float
    """Interval of its impulses, drift included"""
    rpm: float
    """Nominal speed that it belongs to"""
    channel: Channel
    peak_db: float
    """Median of its impulses"""


@dataclass(slots=True)
class _Open:
    scratch: Scratch
    ticks: list[Tick]
    interval_s: float
    """What the next turn is expected by: follows a speed that wanders"""
    heard: int = 0
    """Turns since its last impulse, up to the last that was half heard"""

    @property
    def most(self) -> int:
        """Turns after its last impulse by which the next must have come."""
        return self.heard + _MISSED + (self.scratch.turns >= _LONG)


@dataclass(frozen=True, slots=True)
class Began:
    """The tick just taken makes a scratch."""

    number: int
    scratch: Scratch


@dataclass(frozen=True, slots=True)
class Joined:
    """The tick just taken belongs to a scratch that is on."""

    number: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A scratch is over."""

    number: int
    scratch: Scratch


class ScratchTracker:
    """Follows the trains of one side."""

    def __init__(self, start_s: float) -> None:
        """The side begins at `start_s`."""
        self._start_s = start_s
        self._kept: deque[Tick] = deque(maxlen=_KEPT)
        self._faint = Faint(LONGEST_S + 1.0)
        self._recent: deque[float] = deque()
        self._open: dict[int, _Open] = {}
        self._numbered = 0
        self._least_db = _LOWEST_DB
        self._told_s = start_s
        self._trains: list[tuple[float, float, int]] = []

    @property
    def rpm(self) -> float | None:
        """Revolutions a minute, measured, from the trains heard so far; None before the first."""
        period = self.period_s
        return None if period is None else 60.0 / period

    @property
    def period_s(self) -> float | None:
        """Seconds a revolution: the median, by turns, of the trains at the speed of most turns.

        A single train can't tell a wrong speed from a scratch that runs askew.
        """
        trains = self._trains + [
            (one.scratch.rpm, one.scratch.period_s, one.scratch.turns)
            for one in self._open.values()
        ]
        if not trains:
            return None
        nominal = max(
            NOMINAL_RPM, key=lambda rpm: sum(turns for speed, _, turns in trains if speed == rpm)
        )
        return median(
            period for speed, period, turns in trains if speed == nominal for _ in range(turns)
        )

    @property
    def on(self) -> dict[int, Scratch]:
        """The scratches that are on, as far as they were heard, by number."""
        return {number: one.scratch for number, one in self._open.items()}

    def scores(self, scores: Array, start_s: float, cell_s: float) -> None:
        """Take the scores (0 to 1) of an impulse of cells of `cell_s` seconds from `start_s`."""
        self._faint.feed(scores, start_s, cell_s)

    def tick(self, tick: Tick) -> Began | Joined | None:
        """Take the next impulse, in order of time, after `passed` was told of its time."""
        if not tick.doubtful:
            self._faint.told(tick.time_s)
        while self._recent and self._recent[0] < tick.time_s - _DENSITY_S:
            self._recent.popleft()
        self._recent.append(tick.time_s)
        for number, one in self._open.items():
            if self._joins(one, tick):
                return Joined(number)
        if not self._admits(tick):
            return None
        while self._kept and self._kept[0].time_s < tick.time_s - LONGEST_S:
            self._kept.popleft()
        self._kept.append(tick)
        return self._train(tick)

    def passed(self, now_s: float) -> list[Ended]:
        """Say that every impulse before `now_s` has been taken; scratches may end."""
        over = [number for number, one in self._open.items() if self._is_over(one, now_s)]
        return [self._end(number) for number in over]

    def finish(self) -> list[Ended]:
        """End the scratches that are on, because the side ended."""
        return [self._end(number) for number in list(self._open)]

    def _is_over(self, one: _Open, now_s: float) -> bool:
        """Whether too many turns have passed without a click or a trace of one."""
        last_s = one.scratch.last_s
        while now_s > last_s + (one.most + _LATE) * one.interval_s:
            if self._faint.until_s <= last_s + one.most * one.interval_s + _JOIN_REACH_S:
                return False
            heard = [
                turn
                for turn in range(one.heard + 1, one.most + 1)
                if self._faint.chance(last_s + turn * one.interval_s, _JOIN_REACH_S) <= _HALF_HEARD
            ]
            if not heard:
                return True
            one.heard = heard[-1]
        return False

    def _train(self, tick: Tick) -> Began | None:
        like = [one for one in self._kept if alike(one, tick)]
        train = self._surest(like)
        if train is None and not tick.doubtful:
            told = [one for one in like if not one.doubtful]
            train = self._surest(told) if len(told) < len(like) else None
        if train is None or is_beat(train, [one.time_s for one in self._kept], self._faint):
            return None
        ticks = _of(train, like)
        scratch = Scratch(
            tuple(one.id for one in ticks),
            ticks[0].time_s,
            tick.time_s,
            train.turns,
            train.period_s,
            train.rpm,
            wall(ticks),
            median(one.peak_db for one in ticks),
        )
        self._numbered += 1
        self._open[self._numbered] = _Open(scratch, ticks, train.period_s)
        mine = set(scratch.members)
        self._kept = deque((one for one in self._kept if one.id not in mine), maxlen=_KEPT)
        return Began(self._numbered, scratch)

    def _surest(self, like: list[Tick]) -> Train | None:
        """The train that ends with the last of some ticks, on one wall alone or on both.

        One that is told is among it: in the music a beat is half heard again and again. Without
        this 156, not 153, of 164 trains of five turns and more were named (validation split), and
        drums that were struck once a turn as well.
        """
        heard_s = max(min(LONGEST_S, like[-1].time_s - self._start_s), 1.0)
        walls = [[one for one in like if one.channel != other] for other in ("left", "right")]
        found = []
        for ticks in walls[:1] if walls[0] == walls[1] else walls:
            if ticks[-1:] != like[-1:] or all(one.doubtful for one in ticks):
                continue
            train = newest_train([one.time_s for one in ticks], heard_s, self._faint)
            if train is not None and any(not one.doubtful for one in _of(train, ticks)):
                found.append(train)
        return min(found, key=lambda train: train.by_chance, default=None)

    def _joins(self, one: _Open, tick: Tick) -> bool:
        """Make the tick part of an open scratch if it comes where one is due."""
        scratch = one.scratch
        if not alike(tick, one.ticks[-1]):
            return False
        turns = round((tick.time_s - scratch.last_s) / one.interval_s)
        late = tick.time_s - scratch.last_s - turns * one.interval_s
        again = turns == 0 and abs(late) <= _CLUSTER_S and not tick.doubtful
        if not again:
            if not 1 <= turns <= one.most or abs(late) > _JOIN_REACH_S * turns:
                return False
            by_chance = (len(self._recent) - 1) / _DENSITY_S * 2.0 * _JOIN_REACH_S * turns
            if by_chance > _MOST_BY_CHANCE:
                return False
        one.ticks.append(tick)
        members = (*scratch.members, tick.id)
        if again:
            one.scratch = replace(scratch, members=members)
            return True
        one.interval_s += _FOLLOW * late / turns
        one.heard = 0
        crossed = scratch.turns + turns
        one.scratch = replace(
            scratch,
            members=members,
            last_s=tick.time_s,
            turns=crossed,
            period_s=(tick.time_s - scratch.start_s) / (crossed - 1),
            channel=wall(one.ticks),
            peak_db=median(each.peak_db for each in one.ticks),
        )
        return True

    def _admits(self, tick: Tick) -> bool:
        """Whether the tick is among the loudest: dense crackle must cost no more than dust."""
        waited_s = tick.time_s - self._told_s
        self._told_s = tick.time_s
        self._least_db = max(_LOWEST_DB, self._least_db - _ADMITTED_PER_S * waited_s)
        if tick.peak_db < self._least_db:
            return False
        self._least_db += 1.0
        return True

    def _end(self, number: int) -> Ended:
        scratch = self._open.pop(number).scratch
        self._trains.append((scratch.rpm, scratch.period_s, scratch.turns))
        return Ended(number, scratch)


def _of(train: Train, ticks: list[Tick]) -> list[Tick]:
    times = set(train.members)
    return [one for one in ticks if one.time_s in times]
