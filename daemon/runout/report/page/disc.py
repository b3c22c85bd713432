"""The side as the record that it is: the radius is time, the angle is where the platter stood.

Seen from above a record turns clockwise under a needle that stands still, so what is heard later
lies further on counter-clockwise. Straight up is where the needle went down.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout.defects.event import Event
from runout.side.side import SideEnded

Array = npt.NDArray[np.float64]
Places = Callable[[Sequence[float]], Array]

RADIUS = 200.0
"""Of the outermost groove, in the picture's own units"""
INNER = RADIUS * 60.3 / 146.05
"""Of the innermost: IEC 60098 ends a 30 cm record's modulation at 120.7 mm across at the least,
and begins it at 292.1"""
ASSUMED_RPM = 100.0 / 3.0
_AUDIBLE_DB = (6.0, 15.0)
"""Over what masks it: to here a dot is soft, and to there middling"""
_PEAK_DB = (10.0, 20.0)
"""The same by the peak over the music, where what masks it isn't known"""
_GRID = 2.0
"""Dots a unit: two that can't be told apart are one"""
_CROWD = 2_000
"""Dots that side by side cover a tenth of the disc"""
_AWAY = ("needle_up", "needle_drop", "lifted", "stopped")

DotKind = Literal["click", "pop", "crackle", "scratch"]


@dataclass(frozen=True, slots=True)
class Dots:
    """Impulses of one kind and about one level."""

    kind: DotKind
    """That of the episode that they belong to, or their own"""
    size: int
    """0 soft, 1 middling, 2 loud"""
    places: Array
    """x to the right and y downwards from the spindle, (dots, 2)"""

    @property
    def path(self) -> str:
        """An SVG path of strokes without length, which round caps make dots."""
        return "".join(f"M{x:g} {y:g}h0" for x, y in self.places.tolist())


@dataclass(frozen=True, slots=True)
class Line:
    """An episode across the grooves."""

    event: Event
    places: Array
    """As of Dots, in order of time"""

    @property
    def path(self) -> str:
        """An SVG path."""
        first, *rest = (f"{x:.1f} {y:.1f}" for x, y in self.places.tolist())
        return f"M{first}" + "".join(f"L{place}" for place in rest)


@dataclass(frozen=True, slots=True)
class Ring:
    """A stretch of groove without music."""

    inner: float
    outer: float


@dataclass(frozen=True, slots=True)
class Disc:
    """What is seen of a record that shows its defects."""

    rpm: float
    assumed: bool
    """Whether nothing told the speed"""
    start_s: float
    end_s: float
    """Seconds from the file's start: the rim and the innermost"""
    rings: tuple[Ring, ...]
    dots: tuple[Dots, ...]
    scratches: tuple[Line, ...]
    jumps: tuple[Line, ...]

    @property
    def crowded(self) -> bool:
        """Whether dots of full size would hide each other."""
        return sum(len(one.places) for one in self.dots) > _CROWD


def disc_of(side: SideEnded) -> Disc:
    """Lay a side's defects out on its disc."""
    played = [part for part in side.parts if part.name not in _AWAY]
    start_s = played[0].start_s if played else side.time_s
    end_s = played[-1].end_s if played else side.duration_s
    end_s = max(end_s, start_s + 1.0)
    rpm = ASSUMED_RPM if side.rpm is None else side.rpm

    def radius(times_s: npt.ArrayLike) -> Array:
        share = (np.asarray(times_s, np.float64) - start_s) / (end_s - start_s)
        return RADIUS - (RADIUS - INNER) * np.clip(share, 0.0, 1.0)

    def places(times_s: Sequence[float]) -> Array:
        angle = 2 * math.pi * (np.asarray(times_s, np.float64) - side.time_s) * rpm / 60.0
        out = np.stack((-np.sin(angle), -np.cos(angle)), axis=1)
        return np.asarray(out * radius(times_s)[:, None])

    episodes = {event.id: event for event in side.events if event.part_of is None}
    members: dict[str, list[float]] = {}
    for event in side.events:
        if event.part_of is not None:
            members.setdefault(event.part_of, []).append(event.time_s)
    scratches = [event for event in side.events if event.kind == "scratch"]
    jumps = [event for event in side.events if event.kind in ("skip", "locked_groove")]
    return Disc(
        rpm,
        side.rpm is None,
        start_s,
        end_s,
        tuple(
            Ring(float(radius(part.end_s)), float(radius(part.start_s)))
            for part in played
            if part.name != "track"
        ),
        _dots(side.events, episodes, places),
        tuple(
            Line(event, places(times))
            for event in scratches
            if (times := members.get(event.id) or _turns_s(event))
        ),
        tuple(Line(event, places([event.time_s])) for event in jumps),
    )


def _dots(events: Sequence[Event], episodes: dict[str, Event], places: Places) -> tuple[Dots, ...]:
    found: dict[tuple[DotKind, int], list[float]] = {}
    for event in events:
        if event.kind != "click" and event.kind != "pop":
            continue
        kind: DotKind = event.kind
        episode = None if event.part_of is None else episodes.get(event.part_of)
        if episode is not None and (episode.kind == "scratch" or episode.kind == "crackle"):
            kind = episode.kind
        found.setdefault((kind, _size(event)), []).append(event.time_s)
    return tuple(
        Dots(kind, size, np.unique(np.round(places(times) * _GRID) / _GRID, axis=0))
        for (kind, size), times in sorted(found.items())
    )


def _size(event: Event) -> int:
    if event.audible_db is not None:
        return sum(event.audible_db > limit for limit in _AUDIBLE_DB)
    return sum(event.peak_db > limit for limit in _PEAK_DB)


def _turns_s(event: Event) -> list[float]:
    """Times of a scratch whose impulses aren't told: its first and its last."""
    return [event.time_s, event.time_s + event.duration_s]
