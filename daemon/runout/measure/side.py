"""All that a side's slices and events tell, as one flat account of names and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from runout.defects.event import Event
from runout.measure.balance import balance
from runout.measure.bandwidth import bandwidth
from runout.measure.hum import hum
from runout.measure.inner_groove import inner_groove
from runout.measure.loudness import loudness
from runout.measure.noise import programme_level_db, surface_noise
from runout.measure.rates import rates
from runout.measure.rumble import rumble
from runout.measure.slices import REACH_S, SliceStore, Spans


@dataclass(frozen=True, slots=True)
class Stretches:
    """What is where, as spans (from, to) in seconds from the start of the stream."""

    programme: Spans
    """Tracks"""
    groove: Spans
    """Groove without music: lead-in, gaps, run-out"""
    needle_up: Spans
    """The preamp alone, before or after the side"""


def measurements(
    store: SliceStore, stretches: Stretches, events: Sequence[Event]
) -> dict[str, float]:
    """By name, units in the names; those that the side gave no ground for are left out.

    `_dbfs` is RMS re a full-scale square wave, `_db` relative to the programme's level.
    """
    programme = store.within(stretches.programme)
    level_db = programme_level_db(programme)
    measured: dict[str, float] = {}
    heard = loudness(programme)
    if heard is not None:
        if heard.integrated_lufs is not None:
            measured["loudness_lufs"] = heard.integrated_lufs
        measured["true_peak_dbtp"] = heard.true_peak_db
        measured["programme_peak_dbtp"] = heard.programme_peak_db
    channels = balance(programme)
    if channels is not None:
        measured["channel_balance_db"] = channels.balance_db
        measured["channel_correlation"] = channels.correlation
    groove = store.within(stretches.groove)
    ends = bandwidth(programme, groove)
    if ends is not None:
        measured["bandwidth_hz"] = ends.hertz
    return measured | _of_groove(store, stretches, level_db) | _of_events(stretches, events)


def _of_groove(store: SliceStore, stretches: Stretches, level_db: float | None) -> dict[str, float]:
    """Noise, rumble and hum."""
    measured: dict[str, float] = {}
    groove = store.within(stretches.groove)
    deep = store.within(stretches.groove, reach_s=REACH_S)
    noise = surface_noise(groove, level_db)
    if noise is not None:
        measured["noise_468_left_dbfs"] = noise.left_db
        measured["noise_468_right_dbfs"] = noise.right_db
        measured["noise_468_vertical_dbfs"] = noise.vertical_db
        if noise.relative_db is not None:
            measured["noise_468_db"] = noise.relative_db
    rumbling = rumble(deep, level_db)
    if rumbling is not None:
        measured["rumble_a_lateral_dbfs"] = rumbling.lateral_a_db
        measured["rumble_a_vertical_dbfs"] = rumbling.vertical_a_db
        measured["rumble_b_lateral_dbfs"] = rumbling.lateral_b_db
        measured["rumble_b_vertical_dbfs"] = rumbling.vertical_b_db
        if rumbling.relative_a_db is not None and rumbling.relative_b_db is not None:
            measured["rumble_a_db"] = rumbling.relative_a_db
            measured["rumble_b_db"] = rumbling.relative_b_db
    humming = hum(deep)
    if humming is not None:
        measured["hum_dbfs"] = humming.level_db
        measured["hum_mains_hz"] = float(humming.mains_hz)
    above = hum(store.within(stretches.needle_up, reach_s=REACH_S))
    if above is not None:
        measured["hum_needle_up_dbfs"] = above.level_db
    return measured


def _of_events(stretches: Stretches, events: Sequence[Event]) -> dict[str, float]:
    """The worst minute, what is locked to the revolution, and the inner groove's distortion."""
    measured: dict[str, float] = {}
    counted = rates(events, stretches.programme)
    if counted is not None:
        measured["worst_minute_impulses"] = float(counted.worst_minute)
        measured["revolution_locked_percent"] = counted.locked_percent
        start_s = min(start for start, _ in stretches.programme)
        trend = inner_groove(events, start_s, max(end for _, end in stretches.programme))
        if trend is not None:
            measured["outer_groove_distorted_percent"] = trend.outer_percent
            measured["inner_groove_distorted_percent"] = trend.inner_percent
    return measured
