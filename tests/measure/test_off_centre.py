import numpy as np
import pytest

from runout.measure.off_centre import off_centre
from runout.measure.pitch import PitchFollower, PitchSteps
from swinging import RATE, Audio, played, steady, swing

SECONDS = 64.0


def steps_of(sound: Audio) -> PitchSteps:
    steps = PitchFollower().feed(sound)
    assert steps is not None
    return steps


@pytest.mark.parametrize(("percent", "rpm"), [(0.1, 33.1), (0.2, 45.6), (0.8, 33.4), (0.4, 79.0)])
def test_it_is_read_from_music_through_noise(percent, rpm):
    sound = played(SECONDS, swing(percent, rpm / 60.0, phase=1.0), noise=0.02)
    found = off_centre(steps_of(sound))
    assert found is not None
    assert found.size_percent == pytest.approx(percent, rel=0.15)
    assert abs(found.rpm / rpm - 1.0) < 4.0 * found.uncertain_percent / 100.0 < 0.02


def test_what_swings_at_another_rate_than_the_record_is_not_the_hole():
    steps = steps_of(played(SECONDS, swing(0.4, 0.65)))
    assert off_centre(steps) is None
    turning = steps_of(played(SECONDS, swing(0.4, 33.3 / 60.0)))
    assert off_centre(turning, rpm=45.0) is None
    assert off_centre(turning, rpm=33.3) is not None


def test_steady_music_has_none():
    assert off_centre(steps_of(played(SECONDS, steady))) is None


def test_a_bar_as_long_as_a_turn_is_no_swing():
    # At 133 bpm four beats last a turn: a drum that falls in pitch on each, louder on the first.
    sound = played(SECONDS, seed=3)
    time_s = np.arange(sound.shape[1]) / RATE
    into_s = time_s % 0.45
    first = time_s % 1.8 < 0.45
    falls = np.sin(2 * np.pi * 40.0 * (1.0 - np.exp(-into_s / 0.03)))
    rng = np.random.default_rng(4)
    snare = rng.standard_normal(len(time_s)) * ~first
    sound += (np.exp(-into_s / 0.1) * ((0.3 + 0.4 * first) * falls + 0.1 * snare)).astype(
        np.float32
    )
    found = off_centre(steps_of(sound))
    assert found is None or found.size_percent < 0.05


def test_less_than_a_minute_tells_nothing():
    steps = steps_of(played(50.0, swing(0.8, 33.3 / 60.0)))
    assert off_centre(steps) is None


def test_silence_and_noise_tell_nothing():
    silent = np.zeros((2, round(SECONDS * RATE)), np.float32)
    assert off_centre(steps_of(silent)) is None
    rng = np.random.default_rng(0)
    hiss = 0.01 * rng.standard_normal(silent.shape).astype(np.float32)
    assert off_centre(steps_of(hiss)) is None


def test_stretches_of_a_long_side_add_up():
    # The second has lost time against the first, as a belt does.
    first = steps_of(played(SECONDS, swing(0.3, 33.3 / 60.0)))
    second = steps_of(played(SECONDS, swing(0.3, 33.3 / 60.0, phase=2.5), seed=1))
    empty = np.zeros((2, 1200 - len(first)), np.float32)
    both = PitchSteps(
        np.concatenate([first.slope_percent, empty, second.slope_percent], axis=1),
        np.concatenate([first.curvature, empty, second.curvature], axis=1),
    )
    found = off_centre(both)
    assert found is not None
    assert found.size_percent == pytest.approx(0.3, rel=0.15)
