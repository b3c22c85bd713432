"""Each track by itself: what a side is measured for, as far as a single track tells it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runout.defects.event import Event, Kind
from runout.measure.bandwidth import bandwidth_hz
from runout.measure.correlation import channel_correlation
from runout.measure.loudness import loudness
from runout.measure.noise import programme_level_db, surface_noise
from runout.measure.rates import on_wall
from runout.measure.slices import LEFT, RIGHT, SILENCE_DB, SliceStore, Spans, Stretch
from runout.measure.stretches import find_stretches
from runout.side.cuts import covered_s, within
from runout.side.tracks import Part
from runout.side.weighed import weighed

_COVERED: dict[str, Kind] = {
    "crackle_percent": "crackle",
    "scratched_percent": "scratch",
    "distorted_percent": "distortion",
}
_SHORTEST_S = 1.0
"""Rates of less are rates of so much"""


@dataclass(frozen=True, slots=True)
class TrackMeasured:
    """A track and what was measured of it."""

    track: int
    """Number, from 1"""
    start_s: float
    """Seconds from the start of the source"""
    end_s: float
    """Likewise"""
    counts: dict[Kind, int]
    """Events that begin in it"""
    measurements: dict[str, float]
    """By name, as the side's; those that the track gave no ground for are left out"""


def track_measurements(
    store: SliceStore, parts: Sequence[Part], events: Sequence[Event]
) -> tuple[TrackMeasured, ...]:
    """Measure the tracks among a side's parts, in order, by its slices and its events."""
    spans = find_stretches(parts, math.inf).groove
    groove = store.within(spans)
    measured: list[TrackMeasured] = []
    for index, part in enumerate(parts):
        if part.track is None:
            continue
        told = _of_sound(store.within([(part.start_s, part.end_s)]), groove)
        before = parts[index - 1] if index > 0 else None
        told["noise_468_db"] = _noise_before(store, spans, before, told.get("programme_level_dbfs"))
        sounds = {name: one for name, one in told.items() if one is not None and one > SILENCE_DB}
        counts = Counter(one.kind for one in events if part.start_s <= one.time_s < part.end_s)
        measured.append(
            TrackMeasured(
                part.track,
                part.start_s,
                part.end_s,
                dict(counts),
                sounds | _of_events(part, events),
            )
        )
    return tuple(measured)


def _of_sound(programme: Stretch, groove: Stretch) -> dict[str, float | None]:
    heard = loudness(programme)
    if heard is None:
        return {}
    left, right = programme.programme[:, [LEFT, RIGHT]].mean(axis=0, dtype=np.float64)
    balance_db = 10.0 * math.log10(left / right) if min(left, right) > 0.0 else None
    return {
        "loudness_lufs": heard.integrated_lufs,
        "true_peak_dbtp": heard.true_peak_db,
        "programme_level_dbfs": programme_level_db(programme),
        "channel_balance_db": balance_db,
        "channel_correlation": channel_correlation(programme),
        "bandwidth_hz": bandwidth_hz(programme, groove),
    }


def _noise_before(
    store: SliceStore, groove: Spans, before: Part | None, programme_db: float | None
) -> float | None:
    """Noise of the gap or lead-in that a track follows, over its own programme level."""
    if before is None or programme_db is None:
        return None
    spans = [one for one in groove if before.start_s <= one[0] and one[1] <= before.end_s]
    noise = surface_noise(store.within(spans), programme_db)
    return None if noise is None else noise.relative_db


def _of_events(part: Part, events: Sequence[Event]) -> dict[str, float]:
    """Rates and shares; of an episode, what of it lies in the track."""
    inside = [cut for one in events if (cut := within(one, part.start_s, part.end_s)) is not None]
    seconds = max(part.end_s - part.start_s, _SHORTEST_S)
    minutes = seconds / 60.0
    single = [one for one in inside if one.part_of is None]
    clicks = [one for one in single if one.kind == "click"]
    measured = {
        "clicks_per_min": len(clicks) / minutes,
        "pops_per_min": sum(one.kind == "pop" for one in single) / minutes,
        "clicks_left_per_min": on_wall(clicks, "left") / minutes,
        "clicks_right_per_min": on_wall(clicks, "right") / minutes,
    }
    for name, kind in _COVERED.items():
        measured[name] = 100.0 * covered_s([one for one in inside if one.kind == kind]) / seconds
    return measured | weighed(inside, seconds)
