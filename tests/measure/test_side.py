import math

import numpy as np
import pytest

from runout.defects.event import Event
from runout.measure.pitch import PitchFollower, PitchStore
from runout.measure.side import measurements, turning_measurements
from runout.measure.slices import SliceStore
from runout.measure.spectrum import Slicer
from runout.measure.stretches import Stretches
from sliced import RATE, both, dither, tone
from sounds import Sound, real_music
from swinging import played, swing

UP, LEAD_IN, MUSIC, RUN_OUT = (0.0, 4.0), (4.0, 9.0), (9.0, 19.0), (19.0, 24.0)
STRETCHES = Stretches([MUSIC], [LEAD_IN, RUN_OUT], [UP], whole=True)


def a_side() -> Sound:
    """Preamp with a little hum, then groove noise and bearing, with ten seconds of music on it."""
    seconds = RUN_OUT[1]
    wired = tone(seconds, 50.0, 2e-4) + tone(seconds, 100.0, 1e-4)
    down = np.arange(round(seconds * RATE)) >= UP[1] * RATE
    bearing = 1e-3 * down * np.sin(2 * np.pi * 30.0 * np.arange(len(down)) / RATE)
    left, right = (wired + 1e-5 * dither(seconds, 1.0, seed) for seed in (0, 1))
    left = left + down * dither(seconds, 1e-3, 2) + bearing
    right = right + down * dither(seconds, 1e-3, 3) - bearing
    sound = both(left, right)
    sound[round(MUSIC[0] * RATE) : round(MUSIC[1] * RATE)] += 0.5 * real_music(10.0)
    return sound


def kept(sound: Sound) -> SliceStore:
    store = SliceStore()
    for one in Slicer().feed(np.ascontiguousarray(sound.T)):
        store.add(one)
    return store


SIDE = a_side()
EVENTS = [
    Event("1", 10.0, 0.001, "click", "left", 12.0, 0.9),
    Event("2", 11.0, 0.001, "click", "left", 12.0, 0.9),
    Event("3", 18.0, 1.0, "distortion", "both", math.nan, 0.9),
    Event("4", 21.0, 0.001, "click", "left", 12.0, 0.9),
]
MEASURED = measurements(kept(SIDE), STRETCHES, EVENTS)


def test_each_stretch_tells_its_own():
    assert MEASURED["hum_mains_hz"] == 50.0
    hum_dbfs = 10 * np.log10(4e-8 + 1e-8)
    assert MEASURED["hum_dbfs"] == pytest.approx(hum_dbfs, abs=0.5)
    assert MEASURED["hum_left_dbfs"] == pytest.approx(MEASURED["hum_right_dbfs"], abs=0.5)
    peaks = MEASURED["true_peak_left_dbtp"], MEASURED["true_peak_right_dbtp"]
    assert MEASURED["true_peak_dbtp"] == max(peaks) > min(peaks)
    assert MEASURED["hum_needle_up_dbfs"] == pytest.approx(hum_dbfs, abs=0.3)
    # A takes 0.5 dB off 30 Hz.
    assert MEASURED["rumble_a_vertical_dbfs"] == pytest.approx(-63.0 - 0.5, abs=0.3)
    assert MEASURED["rumble_a_lateral_dbfs"] < -70.0
    assert MEASURED["noise_468_left_dbfs"] == pytest.approx(
        MEASURED["noise_468_right_dbfs"], abs=0.2
    )
    assert MEASURED["noise_468_needle_up_dbfs"] < MEASURED["noise_468_left_dbfs"] - 20.0
    assert MEASURED["revolution_locked_percent"] == 0.0
    # Ten seconds of music have no worst minute.
    assert "worst_minute_loudness" not in MEASURED
    assert MEASURED["outer_groove_distorted_percent"] == 0.0
    assert MEASURED["inner_groove_distorted_percent"] == pytest.approx(30.0)
    assert MEASURED["inner_groove_rise_z"] > 1.0
    assert MEASURED["bandwidth_hz"] > 3000.0


@pytest.mark.parametrize("gain_db", [-12.0, 12.0])
def test_gain_moves_levels_and_nothing_else(gain_db: float):
    turned = measurements(kept(SIDE * np.float32(10 ** (gain_db / 20))), STRETCHES, EVENTS)
    assert turned.keys() == MEASURED.keys()
    for name, value in turned.items():
        moved = gain_db if name.endswith(("_dbfs", "_dbtp", "_lufs")) else 0.0
        # Kept in half precision.
        assert value == pytest.approx(MEASURED[name] + moved, abs=0.05, rel=0.001), name


def test_what_was_not_heard_is_not_told():
    store = kept(SIDE)
    assert measurements(store, Stretches([], [], [], whole=False), []) == {}
    told = measurements(store, Stretches([MUSIC], [], [], whole=False), EVENTS)
    names = ("noise", "rumble", "hum", "bandwidth", "outer", "inner")
    assert not [name for name in told if name.startswith(names)]
    groove = measurements(store, Stretches([], [LEAD_IN], [], whole=False), [])
    assert "noise_468_db" not in groove


def test_a_minute_of_music_has_a_worst_minute():
    events = [Event(str(one), one, 0.001, "click", "left", 12.0, 0.9) for one in (1.0, 2.0, 70.0)]
    stretches = Stretches([(0.0, 75.0)], [], [], whole=False)
    assert measurements(SliceStore(), stretches, events)["worst_minute_loudness"] == 2.0


def test_mono_has_no_vertical():
    mono = SIDE.copy()
    mono[:, 1] = mono[:, 0]
    told = measurements(kept(mono), STRETCHES, EVENTS)
    assert not [name for name in told if "vertical" in name]
    assert told["noise_468_right_dbfs"] == told["noise_468_left_dbfs"]


def test_a_dead_channel_tells_nothing_and_flatters_nothing():
    dead = SIDE.copy()
    dead[:, 1] = 0.0
    told = measurements(kept(dead), STRETCHES, EVENTS)
    assert MEASURED.keys() - told.keys() == {
        "noise_468_right_dbfs",
        "rumble_b_right_dbfs",
        "hum_right_dbfs",
        "true_peak_right_dbtp",
        "channel_correlation",
    }
    # Between the halves of this music lie 2 dB.
    for name in ("noise_468_db", "rumble_a_db", "rumble_b_db", "hum_dbfs"):
        assert told[name] == pytest.approx(MEASURED[name], abs=2.0), name


def test_how_it_turned():
    store = PitchStore()
    steps = PitchFollower().feed(played(75.0, swing(0.4, 33.5 / 60.0), noise=0.01))
    assert steps is not None
    store.add(steps)
    stretches = Stretches([(2.0, 73.0)], [], [], whole=False)
    told = turning_measurements(store, stretches, [], None)
    assert told["off_centre_percent"] == pytest.approx(0.4, rel=0.15)
    assert told["speed_error_percent"] == pytest.approx(0.5, abs=0.3)
    assert told["wow_estimate_percent"] > 0.02
    skip = Event("1", 20.0, 1.8, "skip", "both", math.nan, 0.9, rpm=33.5, turns=-1)
    assert turning_measurements(store, stretches, [skip], 33.5)[
        "speed_error_percent"
    ] == pytest.approx(0.5, abs=0.01)
    assert turning_measurements(PitchStore(), stretches, [], None) == {}
