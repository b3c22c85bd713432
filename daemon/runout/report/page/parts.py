"""The parts of a side as a table: when each was heard, and what in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from runout.defects.event import Event, Kind
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


def part_name(part: Part) -> str:
    """Return what a part is called: 'track 2', 'lead-in'."""
    return f"track {part.track}" if part.name == "track" else _NAMES[part.name]


def rows(parts: Sequence[Part], events: Sequence[Event]) -> tuple[Row, ...]:
    """Return a row for each part in which the needle was down, in order of time.

    A track that a stop of the platter broke is one row.
    """
    together: dict[tuple[str, float], list[Part]] = {}
    for part in parts:
        if part.name in ("needle_up", "needle_drop", "lifted", "stopped"):
            continue
        key = (part_name(part), 0.0 if part.name == "track" else part.start_s)
        together.setdefault(key, []).append(part)
    return tuple(_row(name, own, events) for (name, _), own in together.items())


def _row(name: str, parts: Sequence[Part], events: Sequence[Event]) -> Row:
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
    return Row(
        name,
        parts[0].start_s,
        parts[-1].end_s,
        heard_s,
        impulses,
        60.0 * impulses / max(heard_s, 1e-9),
        found_words(counts) if counts else "",
        parts[0].name == "track",
    )
