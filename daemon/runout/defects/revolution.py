"""Trains: clicks that come back once a revolution, told from clicks that come anyhow.

A train is a chain of impulses at even intervals of about one revolution, up to 3 % off a nominal
speed and drifting by a few degrees a turn; one turn may be missed. Dust makes such chains by
chance, so a chain counts only where the number of them that chance would make in an hour, by the
local rate of like impulses (a Poisson process), is small. Drum hits come evenly as well: a chain
with mates at even parts of its interval is a beat, and no train.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

NOMINAL_RPM = (100.0 / 3.0, 45.0, 3600.0 / 46.0)
"""IEC 60098; 78.26 is what a 60 Hz stroboscope of 92 bars gives"""
LONGEST_S = 14.9
"""Seconds of the past that a train is looked for in: eight turns of a slow LP"""
_OFF = 0.04
"""Most that an interval may be off a nominal revolution: 3 % of speed, and drift"""
_FIRST_REACH_S = 0.0045
"""Tolerance where the interval is known by one pair only"""
_REACH_S = 0.0035
"""... and by more: a scratch is ragged, and a drive's wow is 1 ms and more"""
_FEWEST = 3
"""Impulses in a train"""
_CHANCE_PER_HOUR = 0.02
"""Chains that chance may make"""
_BEATS = (2, 3, 4, 6, 8, 12, 16)
"""Parts of an interval that a beat may have"""
_COARSE_BEATS = 4
"""Parts up to which mates at one place alone make a beat; finer ones take two places"""
_BEAT_REACH_S = 0.006


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


def newest_train(times: Sequence[float], heard_s: float) -> Train | None:
    """The longest train that ends with the last of `times`, or None where chance explains it.

    `times` are seconds, rising, of like impulses in the last `heard_s` seconds.
    """
    best: Train | None = None
    for rpm in NOMINAL_RPM:
        period = 60.0 / rpm
        for mate, apart in _mates(times, period):
            chain, turns = _chain(times, mate, apart)
            if len(chain) < _FEWEST or (best is not None and len(chain) <= len(best.members)):
                continue
            if _by_chance(len(chain), turns, len(times), heard_s, period) <= _CHANCE_PER_HOUR:
                interval = (chain[-1] - chain[0]) / turns
                best = Train(tuple(chain), turns + 1, interval, rpm)
    return best


def is_beat(train: Train, times: Sequence[float]) -> bool:
    """Whether impulses at even parts of the train's interval make it a musical beat.

    `times` are all impulses of its span, seconds, rising.
    """
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


def _off_grid(phase: float, parts: int) -> float:
    return abs(phase - round(phase * parts) / parts)


def _mates(times: Sequence[float], period_s: float) -> list[tuple[int, int]]:
    """Places of the impulses about one turn before the last of `times`, or two; with the turns."""
    mates = []
    for turns in (1, 2):
        low = bisect_left(times, times[-1] - turns * period_s * (1.0 + _OFF))
        high = bisect_right(times, times[-1] - turns * period_s * (1.0 - _OFF))
        mates += [(mate, turns) for mate in range(low, high)]
    return mates


def _chain(times: Sequence[float], mate: int, turns: int) -> tuple[list[float], int]:
    """Follow the interval from the last of `times` to `times[mate]`, `turns` before it, back.

    Returns the members, rising, and the turns between the first and the last.
    """
    last = times[-1]
    chain = [last, times[mate]]
    missed = 0
    while missed < 2:
        period = (last - chain[-1]) / turns
        expected = chain[-1] - period * (missed + 1)
        reach = (_FIRST_REACH_S if len(chain) == 2 else _REACH_S) * (missed + 1)
        found = _nearest(times, expected, reach)
        if found is None:
            if expected < times[0] - reach:
                break
            missed += 1
            continue
        chain.append(found)
        turns += missed + 1
        missed = 0
    return chain[::-1], turns


def _nearest(times: Sequence[float], expected: float, reach: float) -> float | None:
    place = bisect_left(times, expected - reach)
    near = times[place : bisect_right(times, expected + reach, lo=place)]
    return min(near, key=lambda time: abs(time - expected)) if near else None


def _by_chance(members: int, turns: int, like: int, heard_s: float, period_s: float) -> float:
    """Chains of so many members that scattered impulses would make in an hour.

    The rate is that of the others, and half a one: none heard yet doesn't mean none to
    come. Every impulse may be a chain's last; any in the window of one turn its mate; each
    further link then has its tolerance, twice over for each turn that may be missed.
    """
    rate = (max(0, like - members) + 0.5) / heard_s
    pairs = 3600.0 * rate * rate * 2.0 * _OFF * period_s
    missed = turns + 1 - members
    # Which of the turns were missed is free as well.
    ways = math.comb(turns - 1, missed) if turns > 1 else 1
    first = 1.0 - math.exp(-rate * 2.0 * _FIRST_REACH_S)
    further = 1.0 - math.exp(-rate * 2.0 * _REACH_S)
    return pairs * first * further ** (members - 3) * ways * 2.0**missed
