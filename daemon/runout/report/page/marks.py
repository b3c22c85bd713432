"""Where a side's defects stand on the timeline: lanes of marks, one lane for each kind.

What begins in the same column is one mark, so that a shellac's 20,000 ticks are 500 marks.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from runout.defects.event import Event, Kind
from runout.report.page.words import KINDS, event_words, found_words
from runout.report.terminal.lines import clock

WIDTH = 1000.0
"""Of the timeline, in its own units, from the file's start to its end"""
COLUMN = 2.0
"""Narrowest mark that can be seen and pointed at"""
LOUDEST_DB = 30.0
"""A mark as high as its lane"""
_LOW = 0.2
"""Height of the softest mark, of the lane's"""

FLAGGED: tuple[Kind, ...] = ("locked_groove", "skip")
"""What a needle does that leaves its groove"""
_FIRST: tuple[Kind, ...] = (*FLAGGED, "scratch", "crackle", "pop", "click")


@dataclass(frozen=True, slots=True)
class Mark:
    """One or more defects in a lane."""

    x: float
    width: float
    height: float
    """0 to 1 of the lane's"""
    words: str
    events: int

    @property
    def middle(self) -> float:
        """Where it is pointed at."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Lane:
    """All defects of one kind."""

    kind: Kind
    name: str
    count: int
    marks: tuple[Mark, ...]

    @property
    def flagged(self) -> bool:
        """Whether it is to be seen from afar."""
        return self.kind in FLAGGED

    @property
    def few(self) -> bool:
        """Whether each mark can be stepped to with the keyboard."""
        return len(self.marks) <= 40

    @property
    def lines(self) -> str:
        """An upright at each mark, from 0 to 1, as an SVG path."""
        return "".join(f"M{mark.x + COLUMN / 2:.1f} 0v1" for mark in self.marks)


def lanes(events: Sequence[Event], duration_s: float) -> tuple[Lane, ...]:
    """Return a lane for each kind that was heard, the gravest first."""
    order = [*_FIRST, *(kind for kind in KINDS if kind not in _FIRST)]
    found = {kind: [event for event in events if event.kind == kind] for kind in order}
    return tuple(
        Lane(kind, found_words({kind: len(own)}), len(own), tuple(_marks(own, duration_s)))
        for kind, own in found.items()
        if own
    )


def _marks(events: Sequence[Event], duration_s: float) -> Iterator[Mark]:
    scale = WIDTH / duration_s

    def column(event: Event) -> int:
        last = int(WIDTH / COLUMN) - 1
        return max(0, min(last, int(event.time_s * scale / COLUMN)))

    for place, group in groupby(sorted(events, key=lambda event: event.time_s), column):
        own = [*group]
        x = place * COLUMN
        # A skip is over at once; its length is that of the groove that it jumps.
        lasting = [event for event in own if event.kind != "skip"]
        ends = (min(WIDTH, (event.time_s + event.duration_s) * scale) for event in lasting)
        end = max(ends, default=x)
        loudest = max(own, key=_loudness)
        words = event_words(loudest)
        if len(own) > 1:
            since = clock(own[0].time_s, 1)
            words = f"{found_words({own[0].kind: len(own)})} from {since}, the loudest: {words}"
        yield Mark(x, max(COLUMN, end - x), _height(loudest), words, len(own))


def _loudness(event: Event) -> float:
    return event.peak_db if math.isfinite(event.peak_db) else -math.inf


def _height(event: Event) -> float:
    """Of a click or pop its level; all else is a bar."""
    if event.kind not in ("click", "pop") or not math.isfinite(event.peak_db):
        return 1.0
    return min(1.0, max(_LOW, event.peak_db / LOUDEST_DB))
