"""The parts of a side as a table: when each was heard, what in it, and how loudly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from runout.defects.event import Event, Kind
from runout.measure.tracks import TrackMeasured
from runout.report.page.words import found_words
from runout.side.tracks import Part, PartName

_NAMES: dict[PartName, str] = {
    "needle_up": "needle up",
    "needle_drop": "needle drop",
    "lead_in": "lead-in",
    "gap": "gap",
    "run_out": "run-out",
    "locked_run_out": "locked run-out",
    "lifted": "lifted",
    "stopped": "stopped",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One part, or a track in one or more of them."""

    name: str
    start_s: float
    end_s: float
    heard_s: float
    """Seconds, breaks left out"""
    impulses: int
    """Clicks and pops, those of scratches and crackle too"""
    impulses_per_min: float
    others: str
    """What else was heard in it, in words"""
    is_track: bool
    audible_per_min: float | None = None
    """Single clicks by loudness (docs/audibility.md); None of what isn't measured by itself"""
    noise_before_db: float | None = None
    """Of the groove that it follows, ITU-R 468, over its own programme level"""
    loudness_lufs: float | None = None


def part_name(part: Part) -> str:
    """Return what a part is called: 'track 2', 'lead-in'."""
    return f"track {part.track}" if part.name == "track" else _NAMES[part.name]


def rows(
    parts: Sequence[Part], events: Sequence[Event], tracks: Sequence[TrackMeasured]
) -> tuple[Row, ...]:
    """Return a row for each part in which the needle was down, in order of time.

    A track that a stop of the platter broke is one row.
    """
    together: dict[tuple[str, float], list[Part]] = {}
    for part in parts:
        if part.name in ("needle_up", "needle_drop", "lifted", "stopped"):
            continue
        key = (part_name(part), 0.0 if part.name == "track" else part.start_s)
        together.setdefault(key, []).append(part)
    return tuple(_row(name, own, events, tracks) for (name, _), own in together.items())


def _row(
    name: str, parts: Sequence[Part], events: Sequence[Event], tracks: Sequence[TrackMeasured]
) -> Row:
    heard_s = sum(part.end_s - part.start_s for part in parts)
    own = [
        event
        for event in events
        if any(part.start_s <= event.time_s < part.end_s for part in parts)
    ]
    impulses = sum(event.kind in ("click", "pop") for event in own)
    counts: dict[Kind, int] = {}
    for event in own:
        if event.kind not in ("click", "pop"):
            counts[event.kind] = counts.get(event.kind, 0) + 1
    number = parts[0].track
    measured = [one for one in tracks if number is not None and one.track == number]
    return Row(
        name,
        parts[0].start_s,
        parts[-1].end_s,
        heard_s,
        impulses,
        60.0 * impulses / max(heard_s, 1e-9),
        found_words(counts) if counts else "",
        parts[0].name == "track",
        _mean(measured, "audible_clicks_per_min"),
        next(iter(_told(measured, "noise_468_db")), (None, 0.0))[0],
        _mean_power_db(measured, "loudness_lufs"),
    )


def _told(measured: Sequence[TrackMeasured], name: str) -> list[tuple[float, float]]:
    """A measurement of each piece of a track that has it, and how long the piece is."""
    return [
        (one.measurements[name], one.end_s - one.start_s)
        for one in measured
        if name in one.measurements
    ]


def _mean(measured: Sequence[TrackMeasured], name: str) -> float | None:
    """Over the time of the pieces."""
    told = _told(measured, name)
    seconds = sum(length_s for _, length_s in told)
    return sum(value * length_s for value, length_s in told) / seconds if seconds else None


def _mean_power_db(measured: Sequence[TrackMeasured], name: str) -> float | None:
    told = _told(measured, name)
    seconds = sum(length_s for _, length_s in told)
    if not seconds:
        return None
    power = sum(10 ** (value / 10) * length_s for value, length_s in told) / seconds
    return 10 * math.log10(power)
