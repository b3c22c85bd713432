"""The parts of a side, told afterwards from its level envelope: lead-in, tracks, gaps, run-out.

A gap is where the groove's own noise is reached, for long enough. The figures were chosen on the
envelopes of real LP sides whose edges were set by ear: docs/side.md.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout.side.envelope import DOWN, GRID_S, STOPPED
from runout.side.groove import QUIET_DB, Array, Bools, OverNoise, lasting, runs

Where = npt.NDArray[np.uint8]
Bins = npt.NDArray[np.int_]
PartName = Literal[
    "needle_up",
    "needle_drop",
    "lead_in",
    "track",
    "gap",
    "run_out",
    "locked_run_out",
    "lifted",
    "stopped",
]

GAP_DB_S = 7.5
"""A gap is so quiet for so long: 0.75 s without anything over the noise, or longer with. Between
tracks it was 8.4 and more on real LPs; all but three pauses within them were 6.9 and less"""
SHORTEST_S = 10.0
"""Less between two gaps is a pause in the music, or the needle's being handled, and no track"""
DROP_S = 0.4
"""The needle's landing itself"""
RUN_OUT_S = 15.0
"""Without music are no gap any more; of 34 gaps between tracks of real LPs one was longer"""
_TICK_BINS = 6
"""0.3 s: a thump in the run-out, once a turn; no note is as short amid silence"""
_SCRAPE_BINS = 200
"""10 s"""
_SCRAPE_DB = 20.0
"""Over the groove's noise: handling and scrapes in lead-in and run-out are softer than music"""
_EDGE_DB = 6.0
"""Over a gap's own noise it is music"""
_SETTLED_BINS = 6
"""0.3 s below that make a gap begin or end"""
_RANGE_DB = 30.0
"""The loudest twentieth stands so far over the groove's noise, or that was none but soft music"""
_KNOWN_RANGE_DB = 12.0
"""The same where the side begins or ends with groove noise: then it is known"""
_KNOWN_BINS = 40
"""2 s of it, that is"""
_ENDS_BINS = 240
"""... within 12 s"""
_AWAY_BINS = 10
"""0.5 s at the floor is no drop-out: the needle is away"""


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of a side."""

    name: PartName
    start_s: float
    """Seconds from the start of the source"""
    end_s: float
    """Seconds from the start of the source"""
    track: int | None = None
    """Number of the track, from 1; None where the part is none"""


@dataclass(slots=True)
class _Gap:
    """Bins from `start` to before `end`; how quiet they are for how long, in dB s."""

    start: int
    end: int
    depth: float


def find_parts(
    level: Array,
    middle: Array | None,
    where: Where,
    start_s: float = 0.0,
    landed: bool = False,
    locked_s: float = math.inf,
) -> tuple[Part, ...]:
    """Tell a side's parts, in order and without holes, from its needle-down at `start_s` on.

    level, middle: dBFS on a grid of `GRID_S`, (bins); middle is None where it isn't known.
    where: DOWN, UP or STOPPED, (bins). landed: whether the needle was heard to land.
    locked_s: from when on the run-out is known to close on itself.
    """
    down = ~lasting(where != DOWN, _AWAY_BINS)
    stretches = runs(down)
    if not stretches:
        return (_away(where, 0, len(where)),) if len(where) else ()
    over = OverNoise(level, middle, down)
    trusted = _is_noise(over.smooth_db, stretches)
    parts: list[Part] = []
    place = 0
    for start, end in stretches:
        if start > place:
            parts.append(_away(where, place, start))
        gaps = _gaps(over, start, end) if trusted else []
        parts += _between(gaps, start, end)
        place = end
    if place < len(where):
        parts.append(_away(where, place, len(where)))
    parts = _with_tail(_with_head(parts, landed), locked_s - start_s)
    parts = [
        _run_out_or(part, after) for part, after in zip(parts, [*parts[1:], None], strict=True)
    ]
    return tuple(
        replace(part, start_s=start_s + part.start_s, end_s=start_s + part.end_s)
        for part in _numbered(parts)
        if part.end_s > part.start_s
    )


def track_at(parts: Sequence[Part], time_s: float) -> int | None:
    """Number of the track that is heard at a time, or None."""
    return next((part.track for part in parts if part.start_s <= time_s < part.end_s), None)


def _gaps(over: OverNoise, start: int, end: int) -> list[_Gap]:
    """Where no music is, from one end of a stretch in which the needle is down to the other."""
    smooth = over.smooth_db
    gaps: list[_Gap] = []
    for low, high in runs(smooth[start:end] < QUIET_DB):
        gap = _Gap(start + low, start + high, 0.0)
        gap.depth = float(np.sum(QUIET_DB - smooth[gap.start : gap.end])) * GRID_S
        gaps.append(gap)
    gaps = _joined(gaps, lambda between: len(between) <= _TICK_BINS)
    gaps = [gap for gap in gaps if gap.depth >= GAP_DB_S]
    gaps = _joined(gaps, lambda b: len(b) < _SCRAPE_BINS and smooth[b].max() < _SCRAPE_DB)
    _drop_pauses(gaps)
    for gap in gaps:
        _set_edges(gap, over.sharp_db, start, end)
    return gaps


def _joined(gaps: list[_Gap], is_noise: Callable[[Bins], bool]) -> list[_Gap]:
    """Make one of gaps between which there are but bins of noise."""
    joined: list[_Gap] = []
    for gap in gaps:
        if joined and is_noise(np.arange(joined[-1].end, gap.start)):
            joined[-1].end = gap.end
            joined[-1].depth += gap.depth
        else:
            joined.append(gap)
    return joined


def _drop_pauses(gaps: list[_Gap]) -> None:
    """Leave out gaps that are too near to a deeper one."""
    shortest = round(SHORTEST_S / GRID_S)
    while True:
        near = [pair for pair in itertools.pairwise(gaps) if pair[1].start - pair[0].end < shortest]
        if not near:
            return
        gaps.remove(min((gap for pair in near for gap in pair), key=lambda gap: gap.depth))


def _set_edges(gap: _Gap, sharp: Array, start: int, end: int) -> None:
    """Move the ends of a gap to where its own noise begins and ends."""
    half = (gap.start + gap.end) // 2
    quarter = (gap.end - gap.start) // 4
    own = float(np.median(sharp[gap.start + quarter : gap.end - quarter]))
    calm = sharp < own + _EDGE_DB
    if gap.start > start:
        first = max(start, gap.start - _SETTLED_BINS)
        gap.start = first + _settled(calm[first:half], gap.start - first)
    if gap.end < end:
        last = min(end, gap.end + _SETTLED_BINS)
        gap.end = last - _settled(calm[half:last][::-1], last - gap.end)


def _settled(calm: Bools, otherwise: int) -> int:
    """Where the first `_SETTLED_BINS` in a row that are calm begin."""
    return next((low for low, high in runs(calm) if high - low >= _SETTLED_BINS), otherwise)


def _between(gaps: list[_Gap], start: int, end: int) -> list[Part]:
    """Gaps and the tracks between them, by turns."""
    parts, place = [], start
    for gap in gaps:
        parts += [Part("track", _s(place), _s(gap.start)), Part("gap", _s(gap.start), _s(gap.end))]
        place = gap.end
    parts.append(Part("track", _s(place), _s(end)))
    return [part for part in parts if part.end_s > part.start_s]


def _is_noise(over: Array, stretches: list[tuple[int, int]]) -> bool:
    """Whether the quietest of the side is its groove's noise at all."""
    start, end = stretches[0][0], stretches[-1][1]
    ends = over[start : start + _ENDS_BINS], over[max(start, end - _ENDS_BINS) : end]
    known = any(lasting(one < QUIET_DB, _KNOWN_BINS).any() for one in ends)
    loud = float(np.percentile(over[np.isfinite(over)], 95))
    return loud >= (_KNOWN_RANGE_DB if known else _RANGE_DB)


def _away(where: Where, start: int, end: int) -> Part:
    stopped = float(np.mean(where[start:end] == STOPPED)) > 0.5
    return Part("stopped" if stopped else "lifted", _s(start), _s(end))


def _with_head(parts: list[Part], landed: bool) -> list[Part]:
    """Name what is before the first track: the needle's landing and the lead-in."""
    tracks = [index for index, part in enumerate(parts) if part.name == "track"]
    while len(tracks) > 1 and _is_short(parts[tracks[0]]):
        del tracks[0]
    first = tracks[0] if tracks else len(parts)
    head, rest = parts[:first], parts[first:]
    # The arm may be lowered in several goes: the last of them is it.
    goes = [index for index, part in enumerate(head) if part.name in ("lifted", "stopped")]
    groove = [part for part in head[goes[-1] + 1 if goes else 0 :] if part.name == "gap"]
    start_s = parts[0].start_s
    end_s = rest[0].start_s if rest else parts[-1].end_s
    lead_s = groove[0].start_s if groove else end_s
    if landed:
        lead_s = max(lead_s, start_s + DROP_S)
    if lead_s > end_s:
        rest = [replace(rest[0], start_s=lead_s), *rest[1:]] if rest else rest
        end_s = lead_s
    return [Part("needle_drop", start_s, lead_s), Part("lead_in", lead_s, end_s), *rest]


def _with_tail(parts: list[Part], locked_s: float) -> list[Part]:
    """Name what is after the last track: the run-out, and from when on it closes on itself."""
    tracks = [index for index, part in enumerate(parts) if part.name == "track"]
    while len(tracks) > 1 and _is_short(parts[tracks[-1]]):
        del tracks[-1]
    if not tracks or len(parts) == tracks[-1] + 1:
        return parts
    body, tail = parts[: tracks[-1] + 1], parts[tracks[-1] + 1 :]
    goes = [index for index, part in enumerate(tail) if part.name in ("lifted", "stopped")]
    out, gone = (tail[: goes[0]], tail[goes[0] :]) if goes else (tail, [])
    if out:
        start_s, end_s = out[0].start_s, out[-1].end_s
        locked_s = min(max(locked_s, start_s), end_s)
        body += [Part("run_out", start_s, locked_s), Part("locked_run_out", locked_s, end_s)]
    if gone:
        body.append(Part(gone[0].name, gone[0].start_s, gone[-1].end_s))
    return body


def _run_out_or(part: Part, after: Part | None) -> Part:
    """Amid a recording of two sides: the first one's run-out, if this is one; else the part."""
    lifted = after is not None and after.name in ("lifted", "stopped")
    long = part.end_s - part.start_s >= RUN_OUT_S
    return replace(part, name="run_out") if part.name == "gap" and lifted and long else part


def _is_short(part: Part) -> bool:
    return part.end_s - part.start_s < SHORTEST_S


def _numbered(parts: list[Part]) -> list[Part]:
    """Number the tracks; where the platter was stopped amid one it is the same that goes on."""
    number = 0
    numbered = []
    for index, part in enumerate(parts):
        if part.name == "track":
            before = [one.name for one in parts[max(0, index - 2) : index]]
            number += before != ["track", "stopped"]
            part = replace(part, track=number)
        numbered.append(part)
    return numbered


def _s(index: int) -> float:
    return index * GRID_S
