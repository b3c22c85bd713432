"""Trains: clicks that come back once a revolution, told from clicks that come anyhow.

A train is a chain of impulses at even intervals of about one revolution, up to 3 % off a nominal
speed and drifting by a few degrees a turn; turns may be missed. Dust makes such chains by
chance, so a chain counts only where the number of them that chance would make in an hour, by the
local rate of like impulses (a Poisson process), is small. A turn on which nothing was told, but
where the model half heard a click, speaks for the train, one without a trace against it. Drum hits
come evenly as well: a chain with mates at even parts of its interval, told or half heard, is a
beat, and no train.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from runout.defects.faint import Faint

NOMINAL_RPM = (100.0 / 3.0, 45.0, 3600.0 / 46.0)
"""IEC 60098; 78.26 is what a 60 Hz stroboscope of 92 bars gives"""
LONGEST_S = 14.9
"""Seconds of the past that a train is looked for in: eight turns of a slow LP"""
_OFF = 0.04
"""Most that an interval may be off a nominal revolution: 3 % of speed, and drift"""
_FIRST_REACH_S = 0.0035
"""Tolerance where the interval is known by one pair only"""
_REACH_S = 0.0025
"""... and by more: a scratch is ragged, and a drive's wow is 1 ms and more. With 3.5 ms,
and 4.5 for the first, no more scratches were named; and where doubtful clicks (scores from 0.6 on)
were told too, a beat in 47 minutes of clean music with drums was called one"""
_MOST_REACHES = 2
"""Tolerances that add up, one a turn since: a speed that wanders comes back"""
_FEWEST = 3
"""Turns of a train, told or half heard; of the last and another there are impulses, if doubtful"""
_MOST_MISSED = 5
"""Turns in a row that may bring no impulse. Of 81 trains of five audible turns or more 75 were
named with 5, and 71 with 1; where only 0.64 of the clicks are told, 63 and 52"""
_ENOUGH = 2
"""Mates within two turns; where there are more, those further off aren't looked for: each makes a
chain to follow, and in crackle tells nothing. Asking for all named no more"""
_TOLD = 0.7
"""Share of a scratch's audible turns that are told: 0.86 were, on 14 scenes with music of the
validation split, and 0.53 at a threshold that tells fewer. With 0.85 and 0.55 here, and the two
shares below to match, one train of 52 fewer and none more were named"""
_HALF_HEARD = 0.25
"""... that are not, but leave a score behind: some 0.9 of the others"""
_MISSED = 0.05
"""... and that leave nothing"""
_LEAST_CHANCE = 0.0005
"""Of a half heard turn: its cells are the hottest of those kept. The median was 0.003 to 0.004"""
_ORDERS = math.log(1.0 / _LEAST_CHANCE)
"""From there to 1, of the logarithm"""
_HEARD_BY_CHANCE = 0.02
"""Chance of as hot a score under which a turn counts as half heard: it was so on 0.84 to 0.93
of the turns that were not told"""
_CHANCE_PER_HOUR = (0.1, 0.05, 0.02)
"""Chains that chance may make, by speed: the shorter a turn the more beats last as long. On 110
scenes with scratches and 50 minutes of clean music (validation split) 156 of 164 trains of five
turns and more were named and none was false; with 0.2 at every speed 157"""
_BEATS = (2, 3, 4, 6, 8, 12, 16)
"""Parts of an interval that a beat may have"""
_COARSE_BEATS = 4
"""Parts up to which mates at one place alone make a beat; finer ones take two places"""
_BEAT_REACH_S = 0.006
_FINEST_BEAT = 16
_BEAT_BY_CHANCE = 0.1
"""Chance that what is half heard at one of these parts is no more than anywhere, under which it is
a beat. On the same scenes ten beats passed for trains without this, and two at 0.02; at 0.2 two
trains of five turns were lost"""


class _Link(NamedTuple):
    """A member of a chain."""

    time_s: float
    turns: int
    """Turns between it and the chain's last"""


@dataclass(frozen=True, slots=True)
class Train:
    """A chain of impulses."""

    members: tuple[float, ...]
    """Seconds, rising"""
    turns: int
    """Revolutions that it spans, missed ones included, plus one: grooves crossed"""
    period_s: float
    """Mean interval of a turn, drift included"""
    rpm: float
    """The nominal speed"""
    by_chance: float
    """Chains as good that scattered impulses would make in an hour"""


def newest_train(
    times: Sequence[float], heard_s: float, faint: Faint | None = None
) -> Train | None:
    """The surest train that ends with the last of `times`, or None where chance explains it.

    `times` are seconds, rising, of like impulses in the last `heard_s` seconds; `faint` knows what
    was half heard where one was due.
    """
    best: Train | None = None
    least = math.inf
    for rpm, most in zip(NOMINAL_RPM, _CHANCE_PER_HOUR, strict=True):
        period = 60.0 / rpm
        for mate, apart in _mates(times, period):
            chain = _chain(times, mate, apart)
            for members, chance in _by_chance(
                chain, len(times), heard_s, 2.0 * _OFF * period * apart, faint
            ):
                if chance <= min(least, most):
                    least = chance
                    oldest = chain[members - 1]
                    best = Train(
                        tuple(link.time_s for link in chain[members - 1 :: -1]),
                        oldest.turns + 1,
                        (times[-1] - oldest.time_s) / oldest.turns,
                        rpm,
                        chance,
                    )
    return best


def is_beat(train: Train, times: Sequence[float], faint: Faint | None = None) -> bool:
    """Whether impulses at even parts of the train's interval make it a musical beat.

    `times` are all impulses of its span, seconds, rising; `faint` knows what was half heard.
    """
    if faint is not None and _is_half_heard(train, faint):
        return True
    first, last = train.members[0], train.members[-1]
    reach = _BEAT_REACH_S / train.period_s
    own = set(train.members)
    between = times[bisect_left(times, first) : bisect_right(times, last)]
    others = [(time - first) / train.period_s % 1.0 for time in between if time not in own]
    turns = max(1, train.turns - 1)
    for parts in _BEATS:
        places = [round(phase * parts) for phase in others if _off_grid(phase, parts) <= reach]
        places = [place for place in places if 0 < place < parts]
        chance = 2.0 * reach * (parts - 1) * len(others)
        if parts <= _COARSE_BEATS:
            if len(places) >= max(2.0, 0.5 * turns) + chance:
                return True
        elif len(set(places)) >= 2 and len(places) >= max(3.0, turns) + chance:
            return True
    return False


def _is_half_heard(train: Train, faint: Faint) -> bool:
    """Whether something is half heard, turn after turn, at one same part of the interval.

    The chances of all turns are joined by Fisher's method (Statistical Methods for Research
    Workers, 1932); any of the parts may be the one.
    """
    first, turns = train.members[0], np.arange(train.turns - 1)
    told = [round((member - first) / train.period_s) for member in train.members]
    starts = np.interp(turns, told, train.members)
    most = 0.0
    for part in range(1, _FINEST_BEAT):
        due = starts + part / _FINEST_BEAT * train.period_s
        chances = (max(faint.chance(time, _BEAT_REACH_S), _LEAST_CHANCE) for time in due.tolist())
        most = max(most, -math.fsum(map(math.log, chances)))
    # Twice the sum is chi-squared with twice as many degrees of freedom as turns.
    tail = math.exp(-most) * math.fsum(most**n / math.factorial(n) for n in range(len(turns)))
    return (_FINEST_BEAT - 1) * tail < _BEAT_BY_CHANCE


def _off_grid(phase: float, parts: int) -> float:
    return abs(phase - round(phase * parts) / parts)


def _mates(times: Sequence[float], period_s: float) -> list[tuple[int, int]]:
    """Places of the impulses about a turn, or a few, before the last of `times`; with the turns."""
    mates: list[tuple[int, int]] = []
    for turns in range(1, _MOST_MISSED + 2):
        if turns > 2 and len(mates) > _ENOUGH:
            break
        low = bisect_left(times, times[-1] - turns * period_s * (1.0 + _OFF))
        high = bisect_right(times, times[-1] - turns * period_s * (1.0 - _OFF))
        mates += [(mate, turns) for mate in range(low, high)]
    return mates


def _chain(times: Sequence[float], mate: int, apart: int) -> list[_Link]:
    """Follow the interval from the last of `times` to `times[mate]`, `apart` turns before it, back.

    Returns the members, falling.
    """
    last = times[-1]
    chain = [_Link(last, 0), _Link(times[mate], apart)]
    missed = 0
    while missed <= _MOST_MISSED:
        oldest_s, turns = chain[-1]
        expected = oldest_s - (last - oldest_s) / turns * (missed + 1)
        if expected < times[0] - _REACH_S:
            break
        found = _nearest(times, expected, _reach_s(len(chain), missed + 1))
        missed += 1
        if found is not None:
            chain.append(_Link(found, turns + missed))
            missed = 0
    return chain


def _reach_s(members: int, turns: int) -> float:
    """Tolerance of an impulse so many turns off a chain of so many."""
    return (_FIRST_REACH_S if members == 2 else _REACH_S) * min(turns, _MOST_REACHES)


def _nearest(times: Sequence[float], expected: float, reach: float) -> float | None:
    place = bisect_left(times, expected - reach)
    if place == len(times) or times[place] > expected + reach:
        return None
    near = times[place : bisect_right(times, expected + reach, lo=place)]
    return min(near, key=lambda time: abs(time - expected))


def _by_chance(
    chain: Sequence[_Link], like: int, heard_s: float, pairs_s: float, faint: Faint | None
) -> Iterator[tuple[int, float]]:
    """Members, and chains as good as those that scattered impulses would make in an hour.

    For the newest two of the chain, three, and so on to all. The rate is that of the others, and
    half a one: none heard yet doesn't mean none to come. Every impulse may be a chain's last; any
    in a window of `pairs_s` its mate, and the third comes in a window of its own. Each further
    turn then has its likelihood ratio, of scattered impulses over a train: by how often a train's
    turn is told, half heard or missed, and by how often that comes about anyhow.
    """
    ratio = 1.0
    heard = 1
    for members in range(2, len(chain) + 1):
        newer, older = chain[members - 2], chain[members - 1]
        apart = older.turns - newer.turns
        interval = (newer.time_s - older.time_s) / apart
        for turn in range(1, apart):
            due_s = newer.time_s - turn * interval
            as_hot = 1.0 if faint is None else faint.chance(due_s, _REACH_S)
            heard += as_hot <= _HEARD_BY_CHANCE
            ratio *= _untold(as_hot)
        heard += 1
        rate = (max(0, like - members) + 0.5) / heard_s
        if members > 2:
            by_chance = 1.0 - math.exp(-rate * 2.0 * _reach_s(members - 1, apart))
            ratio *= by_chance / (_TOLD if members > _FEWEST else 1.0)
        if heard >= _FEWEST:
            yield members, 3600.0 * rate * rate * pairs_s * ratio


def _untold(chance: float) -> float:
    """Likelihood ratio, of chance over a train, of a turn's place that brought no impulse.

    Of a train's untold turns some are half heard: that scattered sound is as hot there is then a
    small chance, of whose size no more is supposed than its order (its logarithm is uniform); the
    others are as any place is.
    """
    density = 1.0 / (max(chance, _LEAST_CHANCE) * _ORDERS)
    return 1.0 / (_HALF_HEARD * density + _MISSED)
