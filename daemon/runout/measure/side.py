"""All that a side's slices and events tell, as one flat account of names and numbers."""

from collections.abc import Sequence

from runout.defects.event import Event
from runout.measure.bandwidth import bandwidth_hz
from runout.measure.correlation import channel_correlation
from runout.measure.hum import hum
from runout.measure.inner_groove import inner_groove
from runout.measure.loudness import loudness
from runout.measure.noise import programme_level_db, surface_noise
from runout.measure.off_centre import off_centre
from runout.measure.pitch import PitchStore
from runout.measure.rates import locked_percent, worst_minute
from runout.measure.rumble import rumble
from runout.measure.slices import REACH_S, SILENCE_DB, SliceStore
from runout.measure.speed import speed_from_rpm, speed_from_turns
from runout.measure.stretches import Stretches
from runout.measure.wow_estimate import wow_estimate_percent

_MONO_DB = 50.0
"""A vertical so far below the lateral is what rounding leaves of a sound that is mono"""


def measurements(
    store: SliceStore, stretches: Stretches, events: Sequence[Event]
) -> dict[str, float]:
    """By name; those that the side gave no ground for are left out.

    docs/grading.md holds the unit and the reference of each.
    """
    told = _of_programme(store, stretches) | _of_groove(store, stretches)
    told |= _of_events(stretches, events)
    return {name: value for name, value in told.items() if value is not None and value > SILENCE_DB}


def turning_measurements(
    pitch: PitchStore, stretches: Stretches, events: Sequence[Event], rpm: float | None
) -> dict[str, float]:
    """How the record turned, by name: speed and wow, as far as music and clicks tell them.

    `rpm` are the revolutions a minute that the events told, if any.
    """
    steps = pitch.within(stretches.programme)
    wow_percent = wow_estimate_percent(steps)
    swing = off_centre(steps, rpm)
    speed = speed_from_turns(rpm, events)
    told: dict[str, float] = {}
    if wow_percent is not None:
        told["wow_estimate_percent"] = wow_percent
    if swing is not None:
        told["off_centre_percent"] = swing.size_percent
        speed = speed or speed_from_rpm(swing.rpm, swing.uncertain_percent)
    if speed is not None:
        told["speed_error_percent"] = speed.error_percent
    return told


def _of_programme(store: SliceStore, stretches: Stretches) -> dict[str, float | None]:
    """Loudness, peaks, correlation and bandwidth."""
    programme = store.within(stretches.programme)
    heard = loudness(programme)
    if heard is None:
        return {}
    return {
        "loudness_lufs": heard.integrated_lufs,
        "true_peak_dbtp": heard.true_peak_db,
        "true_peak_left_dbtp": heard.left_peak_db,
        "true_peak_right_dbtp": heard.right_peak_db,
        "programme_peak_dbtp": heard.programme_peak_db,
        "channel_correlation": channel_correlation(programme),
        "bandwidth_hz": bandwidth_hz(programme, store.within(stretches.groove)),
    }


def _of_groove(store: SliceStore, stretches: Stretches) -> dict[str, float | None]:
    """Noise, rumble and hum."""
    told: dict[str, float | None] = {}
    level_db = programme_level_db(store.within(stretches.programme))
    deep = store.within(stretches.groove, reach_s=REACH_S)
    noise = surface_noise(store.within(stretches.groove), level_db)
    if noise is not None:
        told["noise_468_left_dbfs"] = noise.left_db
        told["noise_468_right_dbfs"] = noise.right_db
        told["noise_468_vertical_dbfs"] = _vertical(noise.vertical_db, noise.lateral_db)
        told["noise_468_db"] = noise.relative_db
    rumbling = rumble(deep, level_db)
    if rumbling is not None:
        a = rumbling.lateral_a_db, rumbling.vertical_a_db
        b = rumbling.lateral_b_db, rumbling.vertical_b_db
        told["rumble_a_lateral_dbfs"], told["rumble_b_lateral_dbfs"] = a[0], b[0]
        told["rumble_a_vertical_dbfs"] = _vertical(a[1], a[0])
        told["rumble_b_vertical_dbfs"] = _vertical(b[1], b[0])
        told["rumble_b_left_dbfs"] = rumbling.left_b_db
        told["rumble_b_right_dbfs"] = rumbling.right_b_db
        told["rumble_a_db"] = rumbling.relative_a_db
        told["rumble_b_db"] = rumbling.relative_b_db
    humming = hum(deep)
    if humming is not None:
        told["hum_dbfs"] = humming.level_db
        told["hum_left_dbfs"], told["hum_right_dbfs"] = humming.left_db, humming.right_db
        told["hum_mains_hz"] = float(humming.mains_hz)
    up = store.within(stretches.needle_up, reach_s=REACH_S)
    preamp = surface_noise(up)
    if preamp is not None:
        told["noise_468_needle_up_dbfs"] = preamp.weighted_db
    above = hum(up)
    if above is not None:
        told["hum_needle_up_dbfs"] = above.level_db
    return told


def _vertical(vertical_db: float, lateral_db: float) -> float | None:
    return vertical_db if vertical_db > lateral_db - _MONO_DB else None


def _of_events(stretches: Stretches, events: Sequence[Event]) -> dict[str, float | None]:
    """The worst minute, what is locked to the revolution, and the inner groove's distortion."""
    told: dict[str, float | None] = {
        "worst_minute_loudness": worst_minute(events, stretches.programme),
        "revolution_locked_percent": locked_percent(events, stretches.programme),
    }
    if stretches.whole:
        start_s = min(start for start, _ in stretches.programme)
        trend = inner_groove(events, start_s, max(end for _, end in stretches.programme))
        if trend is not None:
            told["outer_groove_distorted_percent"] = trend.outer_percent
            told["inner_groove_distorted_percent"] = trend.inner_percent
            told["inner_groove_rise_z"] = trend.z
    return told
