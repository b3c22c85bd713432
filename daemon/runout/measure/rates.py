"""Clicks and pops: their worst minute, and what of them comes once a revolution.

Counts of events in stretches that were heard, those in crackle and scratches too. There is no
standard for these; DIN and IEC leave ticks to the ear.
"""

from collections.abc import Sequence

import numpy as np

from runout.defects.event import Event
from runout.measure.slices import Spans

_MINUTE_S = 60.0


def worst_minute(events: Sequence[Event], spans_s: Spans) -> int | None:
    """Clicks and pops in the 60 s of the stream that have most of them.

    Within spans (from, to) that don't overlap; None if they are shorter all together.
    """
    if sum(end - start for start, end in spans_s) < _MINUTE_S:
        return None
    times = np.sort([event.time_s for event in _impulses(events, spans_s)])
    until = np.searchsorted(times, times + _MINUTE_S, "left")
    return int(np.max(until - np.arange(len(times)), initial=0))


def locked_percent(events: Sequence[Event], spans_s: Spans) -> float | None:
    """Share of the clicks and pops within spans that are part of a scratch; None without any."""
    impulses = _impulses(events, spans_s)
    if not impulses:
        return None
    scratches = {event.id for event in events if event.kind == "scratch"}
    return 100.0 * sum(event.part_of in scratches for event in impulses) / len(impulses)


def _impulses(events: Sequence[Event], spans_s: Spans) -> list[Event]:
    return [
        event
        for event in events
        if event.kind in ("click", "pop")
        and any(start <= event.time_s < end for start, end in spans_s)
    ]
