"""What of a side's events lies within some time, or outside of some.

A click, a skip lies where it begins. What lasts is cut, so that an episode that goes on into what
doesn't count, or comes out of it, counts for the rest.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from runout.defects.event import Event, Kind

Spans = Sequence[tuple[float, float]]
"""From and to, in seconds from the start of the source"""

_LASTING: tuple[Kind, ...] = ("crackle", "scratch", "distortion", "locked_groove")


def within(event: Event, start_s: float, end_s: float) -> Event | None:
    """Return what of an event lies from `start_s` to `end_s`; None where nothing does."""
    if event.kind not in _LASTING:
        return event if start_s <= event.time_s < end_s else None
    begins_s = max(event.time_s, start_s)
    ends_s = min(event.time_s + event.duration_s, end_s)
    return _from_to(event, begins_s, ends_s) if ends_s > begins_s else None


def outside(events: Sequence[Event], spans_s: Spans) -> list[Event]:
    """Return what of some events lies outside of some spans, which rise; a hole amid one stays."""
    if not spans_s:
        return list(events)
    left = (_outside(event, spans_s) for event in events)
    return [event for event in left if event is not None]


def covered_s(episodes: Sequence[Event]) -> float:
    """Return the seconds under episodes, those under several counted once."""
    if not episodes:
        return 0.0
    starts = np.array([event.time_s for event in episodes])
    order = np.argsort(starts)
    starts = starts[order]
    ends = np.maximum.accumulate(starts + np.array([event.duration_s for event in episodes])[order])
    before = np.concatenate((starts[:1], ends[:-1]))
    return float(np.maximum(0.0, ends - np.maximum(starts, before)).sum())


def _outside(event: Event, spans_s: Spans) -> Event | None:
    begins_s = event.time_s
    for start_s, end_s in spans_s:
        if start_s <= begins_s < end_s:
            begins_s = end_s
    if event.kind not in _LASTING:
        return event if begins_s == event.time_s else None
    ends_s = event.time_s + event.duration_s
    for start_s, end_s in reversed(spans_s):
        if start_s < ends_s <= end_s:
            ends_s = start_s
    return _from_to(event, begins_s, ends_s) if ends_s >= begins_s else None


def _from_to(event: Event, begins_s: float, ends_s: float) -> Event:
    if begins_s == event.time_s and ends_s == event.time_s + event.duration_s:
        return event
    return replace(event, time_s=begins_s, duration_s=ends_s - begins_s)
