"""A side with no more defects than the records can hold."""

import math
from dataclasses import replace

from runout.defects.event import Event
from runout.side.side import SideEnded

MOST_EVENTS = 40_000
"""In the records, whose process has little memory: 20 minutes of a shellac that never stops"""


def with_fewer(side: SideEnded, most: int) -> SideEnded:
    """Return a side with at most so many events: its episodes, and the loudest of the others."""
    if len(side.events) <= most:
        return side

    def rank(event: Event) -> tuple[bool, float]:
        loud = event.peak_db if math.isfinite(event.peak_db) else -math.inf
        return event.kind in ("click", "pop"), -loud

    kept = sorted(side.events, key=rank)[:most]
    return replace(side, events=tuple(sorted(kept, key=lambda event: event.time_s)))
