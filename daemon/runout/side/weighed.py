"""How much is heard of a side's clicks, pops, crackle and scratches: each by its loudness.

Counts say how worn a record is; what a listener minds is what the music doesn't cover. A single
impulse counts for its loudness over the music (`defects.audibility`), an episode's time for as much
of it as is filled with what is heard.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from runout.defects.audibility import loudness
from runout.defects.event import Event

_FULL_RATE_PER_S = 20.0
"""Ticks a second, each heard in full, that fill the time of crackle"""
_CROWD_DB = 4.5
"""By which a click's threshold falls for ten times the rate: clicks at 5 to 80 a second (Stapells,
Picton and Smith 1982, Normal hearing thresholds for clicks, J. Acoust. Soc. Am. 72, 74)"""
_CROWD_PER_S = 10.0
"""Rate from which that counts: that of the threshold in quiet which was measured there"""


def weighed(events: Sequence[Event], seconds: float) -> dict[str, float]:
    """Measures of `seconds` of sound with these events; those of episodes name them in `part_of`.

    An impulse whose loudness wasn't told counts in full.
    """
    members = members_of(events)
    single = [event for event in events if event.part_of is None]
    minutes = seconds / 60.0
    crackle_s = sum(
        event.duration_s * crackle_share(event, members[event.id])
        for event in single
        if event.kind == "crackle"
    )
    scratches = [event for event in events if event.kind == "scratch"]
    shares = [min(1.0, _mean_loudness(members[event.id])) for event in scratches]
    return {
        "audible_clicks_per_min": _sum(single, "click") / minutes,
        "audible_pops_per_min": _sum(single, "pop") / minutes,
        "audible_crackle_percent": min(100.0, 100.0 * crackle_s / seconds),
        "audible_scratched_percent": min(100.0, 100.0 * _under_s(scratches, shares) / seconds),
    }


def members_of(events: Sequence[Event]) -> Mapping[str, list[Event]]:
    """The clicks and pops of each episode, by its id; none of one that has none."""
    members: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.part_of is not None and event.kind in ("click", "pop"):
            members[event.part_of].append(event)
    return members


def _sum(events: Sequence[Event], kind: str) -> float:
    return sum(loudness_of(event) for event in events if event.kind == kind)


def loudness_of(event: Event, more_db: float = 0.0) -> float:
    """Of an impulse, `more_db` louder; 1 where it wasn't told."""
    return 1.0 if event.audible_db is None else loudness(event.audible_db + more_db)


def _mean_loudness(members: Sequence[Event], more_db: float = 0.0) -> float:
    """1 where there are none: an episode that was told but whose impulses weren't."""
    if not members:
        return 1.0
    return sum(loudness_of(event, more_db) for event in members) / len(members)


def crackle_share(episode: Event, ticks: Sequence[Event]) -> float:
    """Of the time of an episode of crackle, what is filled with ticks that are heard: 0 to 1."""
    rate = episode.rate_per_s or 0.0
    crowd_db = _CROWD_DB * math.log10(max(rate / _CROWD_PER_S, 1.0))
    return min(1.0, _mean_loudness(ticks, crowd_db) * rate / _FULL_RATE_PER_S)


def _under_s(episodes: Sequence[Event], shares: Sequence[float]) -> float:
    """Seconds under episodes, each second by the largest share of those that it is under."""
    begins = np.array([event.time_s for event in episodes])
    ends = begins + np.array([event.duration_s for event in episodes])
    edges = np.unique(np.concatenate((begins, ends)))
    largest = np.zeros(len(edges))
    for begin, end, share in zip(begins, ends, shares, strict=True):
        within = slice(*np.searchsorted(edges, (begin, end)))
        largest[within] = np.maximum(largest[within], share)
    return float(largest[:-1] @ np.diff(edges)) if len(edges) else 0.0
