"""What reports call things, and when they were."""

import math
from collections.abc import Mapping
from typing import get_args

from runout.defects.event import Event, Kind
from runout.report.terminal.lines import clock, counts_words

KINDS: tuple[Kind, ...] = get_args(Kind)

_WALLS = {"left": "left channel", "right": "right channel", "both": "both channels"}


def kind_words(kind: Kind) -> str:
    """Return a kind as it is said: 'locked groove'."""
    return kind.replace("_", " ")


def found_words(counts: Mapping[Kind, int]) -> str:
    """Return counts in words; kinds that weren't heard stay unsaid."""
    return counts_words({str(kind): count for kind, count in counts.items()})


def length_words(seconds: float) -> str:
    """Return a length as it is said: '0.4 ms', '3.2 s', '1:40 min'."""
    if seconds < 0.0995:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds:.1f} s" if seconds < 60.0 else f"{clock(seconds, 0)} min"


def level_words(event: Event) -> str:
    """Return how loud a defect is: over what masks it where that is known, and over the music."""
    words = []
    if event.audible_db is not None and math.isfinite(event.audible_db):
        over = event.audible_db
        words.append(
            f"{over:.0f} dB over what masks it" if over > 0 else "masked by the music, not heard"
        )
    if math.isfinite(event.peak_db):
        words.append(f"peak {event.peak_db:.0f} dB over the music's level")
    return ", ".join(words)


def event_words(event: Event) -> str:
    """Return a defect in a line: kind, time, place, turns, level."""
    start = clock(event.time_s, 1)
    episode = event.kind in ("scratch", "crackle", "distortion", "locked_groove", "clipping")
    words = [
        kind_words(event.kind),
        f"{start} to {clock(event.time_s + event.duration_s, 1)}" if episode else start,
        "" if event.track is None else f"track {event.track}",
        _turn_words(event),
        "" if event.rate_per_s is None else f"{event.rate_per_s:.0f} ticks a second",
        "" if event.kind in ("skip", "locked_groove") else _WALLS[event.channel],
        level_words(event),
    ]
    return " · ".join(word for word in words if word)


def _turn_words(event: Event) -> str:
    if event.turns is None:
        return ""
    count = abs(event.turns)
    turns = f"{count} turn" if count == 1 else f"{count} turns"
    if event.kind == "skip":
        return f"{turns} {'back' if event.turns < 0 else 'ahead'}"
    if event.kind == "locked_groove":
        return f"the turn heard again {count} times"
    return turns if event.rpm is None else f"{turns} at {event.rpm:.2f} rpm"
