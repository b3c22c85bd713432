"""Where on a side something is, as one would say it: 'in the first 30 s of track 1'."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from runout.side.tracks import Part

Span = tuple[float, float]
"""From, to: seconds from the start of the source"""

_POINT_S = 0.01
"""What is shorter weighs as if it were so long: one click as much as another"""
_MOST = 0.85
"""So much of a thing is all of it, in a word"""
_END = 1.0 / 3.0
"""Within so much of a track from its beginning or end, that is said"""
_LONGEST_END_S = 120.0
_WHOLE = 2.0 / 3.0
"""From the first to the last takes so much of the only track: throughout"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in words that follow what is there."""

    words: str
    """With a space before them; empty where no place is known"""
    tells_length: bool
    """Whether they say how long it lasts, too"""


def which(spans: Sequence[Span], parts: Sequence[Part]) -> str:
    """Return in which tracks, or other parts, most of `spans` is, or ' throughout'."""
    hit = _hit(spans, parts)
    tracks = [part.track for part in hit if part.track is not None]
    if len(tracks) > 1 and set(tracks) == _tracks(parts):
        return " throughout"
    names = []
    if any(part.name in ("needle_drop", "lead_in") for part in hit):
        names.append("the lead-in")
    if tracks:
        numbers = [str(number) for number in dict.fromkeys(tracks)]
        names.append(("track " if len(numbers) == 1 else "tracks ") + listed(numbers))
    if any(part.name == "gap" for part in hit):
        gaps = sum(part.name == "gap" for part in parts)
        names.append("the gap" if gaps == 1 else "the gaps")
    return f" in {listed(names)}" if names else ""


def where(spans: Sequence[Span], parts: Sequence[Part]) -> Place:
    """Return in which part most of `spans` is, and where in it if it is but one track."""
    words = which(spans, parts)
    hit = _hit(spans, parts)
    if len(hit) != 1 or hit[0].track is None:
        return Place(words, words == " throughout")
    track = hit[0]
    inside = [span for span in spans if _overlap(span, track) > 0.0]
    first_s = max(track.start_s, min(start for start, _ in inside))
    last_s = min(track.end_s, max(end for _, end in inside))
    length_s = track.end_s - track.start_s
    most_s = min(_END * length_s, _LONGEST_END_S)
    if last_s - track.start_s <= most_s:
        head = up_to(last_s - track.start_s)
        return Place(f" in the first {head} of track {track.track}", True)
    if track.end_s - first_s <= most_s:
        tail = up_to(track.end_s - first_s)
        return Place(f" in the last {tail} of track {track.track}", True)
    if len(_tracks(parts)) == 1 and last_s - first_s >= _WHOLE * length_s:
        return Place(" throughout", True)
    return Place(words, False)


def about(seconds: float) -> str:
    """Return a length as one would say it: 4 s, 40 s, a minute, 80 s, 7 min."""
    if seconds < 9.5:
        return f"{max(1, round(seconds))} s"
    if seconds < 55.0:
        return f"{5 * round(seconds / 5.0)} s"
    if seconds < 65.0:
        return "a minute"
    return f"{10 * round(seconds / 10.0)} s" if seconds < 115.0 else f"{round(seconds / 60.0)} min"


def up_to(seconds: float) -> str:
    """Return a length that holds `seconds`, rounded up: 5 s, 30 s, 2 min."""
    step = 5.0 if seconds <= 20.0 else 10.0
    if seconds <= 50.0:
        return f"{max(1, math.ceil(seconds / step)) * step:g} s"
    minutes = math.ceil(seconds / 60.0)
    return "minute" if minutes == 1 else f"{minutes} min"


def clock(seconds: float) -> str:
    """Return a time as m:ss."""
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes}:{second:02}"


def listed(names: Sequence[str]) -> str:
    """Return names as a list: 'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def rated_parts(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that count for the grade: those before the run-out, the needle down."""
    counted = ("needle_drop", "lead_in", "track", "gap")
    return [part for part in parts if part.name in counted]


def _tracks(parts: Sequence[Part]) -> set[int]:
    return {part.track for part in parts if part.track is not None}


def _hit(spans: Sequence[Span], parts: Sequence[Part]) -> list[Part]:
    """The fewest parts that hold most of what `spans` cover, in order."""
    weights: dict[int, float] = defaultdict(float)
    rated = rated_parts(parts)
    for number, part in enumerate(rated):
        for span in spans:
            weights[number] += _overlap(span, part)
    total = sum(weights.values())
    hit: list[int] = []
    for number in sorted(weights, key=lambda one: -weights[one]):
        if sum(weights[one] for one in hit) >= _MOST * total:
            break
        hit.append(number)
    return [rated[number] for number in sorted(hit)]


def _overlap(span: Span, part: Part) -> float:
    start, end = span[0], max(span[1], span[0] + _POINT_S)
    return max(0.0, min(end, part.end_s) - max(start, part.start_s))
