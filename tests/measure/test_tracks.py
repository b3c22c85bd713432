import math

import numpy as np
import pytest

from runout.defects.event import Event
from runout.measure.slices import SliceStore
from runout.measure.spectrum import Slicer
from runout.measure.tracks import TrackMeasured, track_measurements
from runout.side.tracks import Part
from sliced import RATE, both, dither
from sounds import real_music

PARTS = (
    Part("lead_in", 0.0, 4.0),
    Part("track", 4.0, 12.0, 1),
    Part("gap", 12.0, 15.0),
    Part("track", 15.0, 23.0, 2),
    Part("run_out", 23.0, 26.0),
)
SOFTER_DB = 6.0
"""The second track than the first"""
TILT_DB = 2.0
"""Of the second track's left channel"""
NOISIER_DB = 10.0
"""The gap's groove than the lead-in's"""


def kept() -> SliceStore:
    """A side of two tracks of the same music, and a groove that gets noisier before the second."""
    level = np.where(
        np.arange(round(26.0 * RATE)) < 12.0 * RATE, 3e-4, 3e-4 * 10 ** (NOISIER_DB / 20)
    )
    sound = both(level * dither(26.0, 1.0, 0), level * dither(26.0, 1.0, 1))
    music = 0.5 * real_music(8.0)
    sound[round(4.0 * RATE) : round(12.0 * RATE)] += music
    gains = 10 ** (np.array([TILT_DB - SOFTER_DB, -SOFTER_DB], np.float32) / 20)
    sound[round(15.0 * RATE) : round(23.0 * RATE)] += music * gains
    store = SliceStore()
    for one in Slicer().feed(np.ascontiguousarray(sound.T, np.float32)):
        store.add(one)
    return store


EVENTS = (
    Event("1", 5.0, 0.001, "click", "left", 12.0, 0.9, audible_db=20.0),
    Event("2", 6.0, 0.001, "click", "both", 12.0, 0.9, audible_db=-3.0),
    Event("3", 7.0, 0.001, "pop", "right", 12.0, 0.9, part_of="4", audible_db=20.0),
    Event("4", 6.5, 7.0, "crackle", "both", 12.0, 0.9, rate_per_s=40.0),
    Event("5", 11.0, 6.0, "distortion", "both", math.nan, 0.9),
    Event("6", 16.0, 2.0, "distortion", "both", math.nan, 0.9),
    Event("7", 24.0, 0.001, "click", "left", 12.0, 0.9, audible_db=20.0),
)
STORE = kept()
FIRST, SECOND = track_measurements(STORE, PARTS, EVENTS)


def test_tracks_are_named_and_timed():
    assert (FIRST.track, FIRST.start_s, FIRST.end_s) == (1, 4.0, 12.0)
    assert (SECOND.track, SECOND.start_s, SECOND.end_s) == (2, 15.0, 23.0)


def test_counts_are_of_what_begins_in_a_track():
    assert FIRST.counts == {"click": 2, "pop": 1, "crackle": 1, "distortion": 1}
    assert SECOND.counts == {"distortion": 1}


def test_rates_are_a_minute_of_the_track():
    told = FIRST.measurements
    a_minute = 60.0 / 8.0
    assert told["clicks_per_min"] == pytest.approx(2 * a_minute)
    assert told["clicks_left_per_min"] == pytest.approx(2 * a_minute)
    assert told["clicks_right_per_min"] == pytest.approx(a_minute)
    # One counts in full, one is masked.
    assert told["audible_clicks_per_min"] == pytest.approx(a_minute)
    # It is part of the crackle.
    assert told["pops_per_min"] == 0.0
    assert SECOND.measurements["clicks_per_min"] == 0.0


def test_an_episode_that_goes_on_counts_in_both_tracks_and_once():
    assert FIRST.measurements["crackle_percent"] == pytest.approx(100.0 * 5.5 / 8.0)
    assert "audible_crackle_percent" in FIRST.measurements
    assert FIRST.measurements["distorted_percent"] == pytest.approx(100.0 * 1.0 / 8.0)
    # 15 to 17 s, and 16 to 18 s.
    assert SECOND.measurements["distorted_percent"] == pytest.approx(100.0 * 3.0 / 8.0)


def test_levels_are_each_tracks_own():
    def gain(name: str) -> float:
        return SECOND.measurements[name] - FIRST.measurements[name]

    assert gain("channel_balance_db") == pytest.approx(TILT_DB, abs=0.1)
    assert -SOFTER_DB < gain("loudness_lufs") < TILT_DB - SOFTER_DB
    assert -SOFTER_DB - 0.3 < gain("true_peak_dbtp") < TILT_DB - SOFTER_DB + 0.3
    assert FIRST.measurements["channel_correlation"] == pytest.approx(
        SECOND.measurements["channel_correlation"], abs=0.05
    )
    assert FIRST.measurements["bandwidth_hz"] > 3000.0


def test_noise_is_that_of_the_groove_before():
    # Over a programme that is softer in the second, by less in the left.
    louder = SECOND.measurements["noise_468_db"] - FIRST.measurements["noise_468_db"]
    softer = (
        FIRST.measurements["programme_level_dbfs"] - SECOND.measurements["programme_level_dbfs"]
    )
    assert louder == pytest.approx(NOISIER_DB + softer, abs=0.5)


def test_a_track_that_nothing_stands_before_has_no_noise():
    parts = (Part("track", 4.0, 12.0, 1), Part("gap", 12.0, 15.0))
    (only,) = track_measurements(STORE, parts, ())
    assert "noise_468_db" not in only.measurements
    assert only.counts == {}


def test_without_tracks_or_slices_there_is_little_to_tell():
    assert track_measurements(STORE, (Part("lead_in", 0.0, 4.0),), EVENTS) == ()
    (only,) = track_measurements(SliceStore(), PARTS[1:2], EVENTS)
    assert isinstance(only, TrackMeasured)
    assert only.measurements["clicks_per_min"] == pytest.approx(15.0)
    assert "loudness_lufs" not in only.measurements
