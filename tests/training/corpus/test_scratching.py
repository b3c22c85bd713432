import numpy as np
import pytest

from runout_training.corpus import scratching
from runout_training.corpus.tracks import RATE

SAMPLES = round(scratching.SOURCE_S * RATE)


def tone(hertz):
    wave = np.sin(2 * np.pi * hertz * np.arange(SAMPLES) / RATE)
    return np.stack((wave, wave))


@pytest.mark.parametrize("seed", range(12))
def test_rubbing_and_cutting_put_no_step_into_the_sound(seed):
    sound = scratching.scratching(np.random.default_rng(seed), tone(200.0), 3.0)
    assert sound.shape == (2, 3 * RATE)
    # A tone of 200 Hz at most 4 times as fast and as loud bends by no more than this.
    bend = 4.0 * (2 * np.pi * 4 * 200.0 / RATE) ** 2
    assert np.abs(np.diff(sound, 2)).max() < 2.0 * bend


@pytest.mark.parametrize("seed", range(12))
def test_each_stroke_there_is_followed_by_as_far_a_stroke_back(seed):
    speed, stroke = scratching._speed(np.random.default_rng(seed), 3 * RATE)
    distance = np.array([speed[stroke == number].sum() for number in range(stroke[-1])])
    assert np.abs(speed).max() <= 4.0 + 1e-9
    assert np.ptp(np.cumsum(speed)) < SAMPLES
    back = distance[1::2]
    assert -back == pytest.approx(distance[0::2][: len(back)], rel=0.01, abs=8)


def test_between_samples_the_sound_is_where_it_would_be():
    place = np.linspace(100.3, 2000.7, 5000)
    between = scratching._between(tone(500.0), place)
    assert between[0] == pytest.approx(np.sin(2 * np.pi * 500.0 * place / RATE), abs=1e-3)
