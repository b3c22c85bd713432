"""Where on a side music is measured, where the groove alone, and where the preamp alone.

A part's edges are told on a grid of 50 ms, and a needle that lands or is lifted thumps: each span
keeps clear of both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from runout.measure.slices import Spans
from runout.side.tracks import DROP_S, Part, PartName

THUMP_S = DROP_S
"""Seconds by which a span keeps clear of a needle that lands or is lifted"""
_EDGE_S = 0.1
"""... and the groove's and the preamp's of the parts beside it: music is so much the louder"""

_LEAD_IN: tuple[PartName, ...] = ("lead_in",)
RUN_OUT: tuple[PartName, ...] = ("run_out", "locked_run_out")
_UP: tuple[PartName, ...] = ("lifted",)
_AWAY: tuple[PartName, ...] = ("lifted", "stopped")


@dataclass(frozen=True, slots=True)
class Stretches:
    """What is where, as spans (from, to) in seconds from the start of the stream."""

    programme: Spans
    """Tracks"""
    groove: Spans
    """Groove without music: lead-in, gaps, run-out; none of a side without a track, as what was
    heard may be music too soft to be told"""
    needle_up: Spans
    """The preamp alone, before or amid the side"""
    whole: bool
    """Whether the side was heard from its lead-in to its run-out"""


def find_stretches(parts: Sequence[Part], up_from_s: float) -> Stretches:
    """From a side's parts; the needle was up from `up_from_s` until the first of them."""
    names = {part.name for part in parts}
    has_music = "track" in names
    before = [(up_from_s + THUMP_S, parts[0].start_s - THUMP_S)] if parts else []
    return Stretches(
        programme=_spans(parts, ("track",), 0.0),
        groove=_spans(parts, (*_LEAD_IN, "gap", *RUN_OUT), _EDGE_S) if has_music else [],
        needle_up=[*before, *_spans(parts, _UP, THUMP_S)],
        whole=not names.isdisjoint(_LEAD_IN) and _ends_once(parts),
    )


def _ends_once(parts: Sequence[Part]) -> bool:
    """Whether there is music and a run-out after it; of two sides, there is one amid it."""
    tracks = [index for index, part in enumerate(parts) if part.track is not None]
    ends = [index for index, part in enumerate(parts) if part.name in RUN_OUT]
    return bool(tracks) and bool(ends) and min(ends) > max(tracks)


def handled(parts: Sequence[Part]) -> Spans:
    """When the needle was away amid a side, its lift and its landing included.

    What sounds there is the owner's hand, and no defect of the record.
    """
    return [(part.start_s - THUMP_S, part.end_s + THUMP_S) for part in parts if part.name in _AWAY]


def run_outs(parts: Sequence[Part]) -> Spans:
    """When the needle was in a run-out; a recording of two sides has two.

    One that comes last has no end, as a part's own is told on a grid.
    """
    last = len(parts) - 1
    return [
        (part.start_s, math.inf if index == last else part.end_s)
        for index, part in enumerate(parts)
        if part.name in RUN_OUT
    ]


def _spans(parts: Sequence[Part], names: tuple[PartName, ...], edge_s: float) -> Spans:
    """Of the parts with these names, `edge_s` off their ends, or more beside a needle's thump."""
    spans: list[tuple[float, float]] = []
    for index, part in enumerate(parts):
        landed = index > 0 and parts[index - 1].name in _AWAY
        lifted = index + 1 == len(parts) or parts[index + 1].name in _AWAY
        start_s = part.start_s + (THUMP_S if landed else edge_s)
        end_s = part.end_s - (THUMP_S if lifted else edge_s)
        if part.name in names and end_s > start_s:
            spans.append((start_s, end_s))
    return spans
