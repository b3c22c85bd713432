"""Clicks and pops: their worst minute, their walls, and what of them comes once a revolution.

Of events in stretches that were heard. There is no standard for these; DIN and IEC leave ticks to
the ear.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from runout.defects.event import Event
from runout.measure.slices import Spans
from runout.side.weighed import loudness_of

_MINUTE_S = 60.0


def worst_minute(events: Sequence[Event], spans_s: Spans) -> float | None:
    """Loudness of the single clicks and pops in the 60 s of the stream that have most of it.

    Within spans (from, to) that don't overlap; None if they are shorter all together.
    """
    if sum(end - start for start, end in spans_s) < _MINUTE_S:
        return None
    single = [event for event in _impulses(events, spans_s) if event.part_of is None]
    single.sort(key=lambda event: event.time_s)
    times = np.array([event.time_s for event in single])
    sums = np.concatenate(([0.0], np.cumsum([loudness_of(event) for event in single])))
    until = np.searchsorted(times, times + _MINUTE_S, "left")
    return float(np.max(sums[until] - sums[:-1], initial=0.0))


def locked_percent(events: Sequence[Event], spans_s: Spans) -> float | None:
    """Share of the clicks and pops within spans that are part of a scratch; None without any."""
    impulses = _impulses(events, spans_s)
    if not impulses:
        return None
    scratches = {event.id for event in events if event.kind == "scratch"}
    return 100.0 * sum(event.part_of in scratches for event in impulses) / len(impulses)


def on_wall(events: Sequence[Event], wall: Literal["left", "right"]) -> int:
    """Events that a groove wall carries, alone or with the other."""
    return sum(event.channel in (wall, "both") for event in events)


def _impulses(events: Sequence[Event], spans_s: Spans) -> list[Event]:
    impulses = [event for event in events if event.kind in ("click", "pop")]
    times = np.array([event.time_s for event in impulses])
    within = np.zeros(len(times), bool)
    for start, end in spans_s:
        within |= (times >= start) & (times < end)
    return [event for event, one in zip(impulses, within, strict=True) if one]
