"""Clicks, pops and crackle a minute, the worst minute, and what of them comes once a revolution.

Counts of events in stretches that were heard. A click or pop that is part of an episode of crackle
or of a scratch is told by that, and counted apart from the single ones. There is no standard for
these; DIN and IEC leave ticks to the ear.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.defects.event import Channel, Event, Kind
from runout.measure.slices import Spans

Array = npt.NDArray[np.float64]

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a stretch is damaged."""

    minutes: float
    """How much was heard"""
    clicks_per_min: float
    """Single clicks, in no episode"""
    pops_per_min: float
    """Single pops"""
    impulses_per_min: float
    """All clicks and pops, those in crackle and scratches too"""
    crackle_percent: float
    """Share of the time under crackle"""
    worst_minute: int
    """All clicks and pops in the 60 s of the stream that have most of them"""
    worst_minute_s: float
    """Where those 60 s begin, seconds from the start of the stream"""
    locked_percent: float
    """Share of all clicks and pops that come once a revolution: part of a scratch"""


def rates(
    events: Sequence[Event],
    spans_s: Spans,
    channel: Channel | None = None,
) -> Rates | None:
    """Over spans (from, to) that don't overlap; None if they are empty.

    With `channel`, what is on that wall only, or ("both") on both.
    """
    heard_s = sum(end - start for start, end in spans_s)
    if heard_s <= 0.0:
        return None
    scratches = {event.id for event in events if event.kind == "scratch"}
    chosen = [
        event
        for event in events
        if channel in (None, event.channel)
        and any(start <= event.time_s < end for start, end in spans_s)
    ]
    impulses = [event for event in chosen if event.kind in ("click", "pop")]
    locked = sum(event.part_of in scratches for event in impulses)
    worst, worst_s = _worst_minute(np.sort([event.time_s for event in impulses]), spans_s)
    minutes = heard_s / _MINUTE_S
    crackle = [event for event in events if event.kind == "crackle"]
    crackle = [event for event in crackle if channel in (None, event.channel)]
    return Rates(
        minutes=minutes,
        clicks_per_min=_single(impulses, "click") / minutes,
        pops_per_min=_single(impulses, "pop") / minutes,
        impulses_per_min=len(impulses) / minutes,
        crackle_percent=100.0 * _under_s(crackle, spans_s) / heard_s,
        worst_minute=worst,
        worst_minute_s=worst_s,
        locked_percent=100.0 * locked / len(impulses) if impulses else 0.0,
    )


def _single(impulses: Sequence[Event], kind: Kind) -> int:
    return sum(event.kind == kind and event.part_of is None for event in impulses)


def _worst_minute(times: Array, spans_s: Spans) -> tuple[int, float]:
    """Most impulses in 60 s, and where these begin."""
    if len(times) == 0:
        return 0, min(start for start, _ in spans_s)
    counts = np.searchsorted(times, times + _MINUTE_S, "left") - np.arange(len(times))
    first = int(np.argmax(counts))
    return int(counts[first]), float(times[first])


def _under_s(episodes: Sequence[Event], spans_s: Spans) -> float:
    """Seconds of the spans under episodes, those under several counted once."""
    covered = 0.0
    for start_s, end_s in spans_s:
        until = start_s
        for event in sorted(episodes, key=lambda event: event.time_s):
            end = min(event.time_s + event.duration_s, end_s)
            covered += max(0.0, end - max(event.time_s, until))
            until = max(until, end)
    return covered
