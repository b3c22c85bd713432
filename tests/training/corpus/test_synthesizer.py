import numpy as np
import pytest

from runout_training.corpus import synthesizer
from runout_training.corpus.tracks import RATE


def test_a_saw_falls_from_one_sample_to_the_next_once_a_period():
    phase = np.arange(RATE) * 100.5 / RATE
    wave = synthesizer._saw(np.random.default_rng(1), phase)
    falls = np.flatnonzero(np.diff(wave) < -1.9)
    assert len(falls) in (100, 101)
    assert np.diff(falls).min() >= int(RATE / 100.5)
    assert np.diff(falls).max() <= int(RATE / 100.5) + 1


@pytest.mark.parametrize("voice", synthesizer._VOICES)
def test_every_voice_has_steps_and_comes_again_every_period(voice):
    period = 441
    phase = np.arange(20 * period) / period
    wave = voice(np.random.default_rng(2), phase)
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() < 4.0
    assert np.abs(np.diff(wave)).max() > 0.1
    if voice not in (synthesizer._many_saws, synthesizer._pulse):
        assert wave[:period] == pytest.approx(wave[-period:], abs=0.2)


@pytest.mark.parametrize("seed", range(6))
def test_a_tune_is_stereo_of_unit_level_and_the_same_again(seed):
    tune, again = (synthesizer.tune(np.random.default_rng(seed), 1.0) for _ in range(2))
    assert tune.shape == (2, RATE)
    assert np.sqrt(np.mean(tune**2)) == pytest.approx(1.0)
    assert np.array_equal(tune, again)
