import numpy as np
import pytest
from scipy import fft

from runout.measure.noise import bs468
from runout_training.corpus.tracks import RATE
from runout_training.sides.grooves import LOOP, Loop, humming, noise, preamp, rumbling
from runout_training.wear.clock import Clock


def rms(sound):
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def seam(loop):
    """Largest step from the loop's end to its beginning, over the largest within it."""
    steps = np.abs(np.diff(loop.sound, axis=1)).max()
    return float(np.abs(loop.sound[:, 0] - loop.sound[:, -1]).max() / steps)


def test_a_loop_goes_on_from_any_place():
    loop = Loop(np.arange(6, dtype=np.float32).reshape(2, 3))
    assert loop.at(7, 5).tolist() == [[1, 2, 0, 1, 2], [4, 5, 3, 4, 5]]


def test_noise_has_its_weighted_level_and_no_seam():
    loop = noise(np.random.default_rng(0), 0.01)
    spectrum = np.abs(fft.rfft(loop.sound.astype(np.float64))) ** 2
    weighted = 2 * (spectrum @ bs468(fft.rfftfreq(LOOP, 1 / RATE))) / LOOP**2
    assert np.sqrt(weighted.max()) == pytest.approx(0.01, rel=1e-3)
    assert seam(loop) < 1.0


def test_hum_is_at_its_level_and_closes_on_itself():
    loop = humming(np.random.default_rng(1), 0.1, -20.0)
    assert rms(loop.sound) == pytest.approx(0.01, rel=0.01)
    assert seam(loop) < 1.0
    hertz = fft.rfftfreq(loop.sound.shape[1], 1 / RATE)
    strongest = hertz[np.abs(fft.rfft(loop.sound[0])).argmax()]
    assert min(abs(strongest / mains - round(strongest / mains)) for mains in (50, 60)) < 0.005


def test_rumble_lasts_whole_turns_and_has_no_step():
    clock = Clock(100 / 3)
    loop = rumbling(np.random.default_rng(2), clock, 0.1)
    assert loop.sound.shape[1] / RATE / clock.period_s == pytest.approx(33, abs=1e-3)
    assert 0.1 * 10**-2.6 < rms(loop.sound) * 10**0 < 0.1 * 10**-1.3
    assert seam(loop) < 1.0


def test_the_preamp_hisses_softly_and_never_over_the_groove():
    usual, good = (preamp(np.random.default_rng(3), groove) for groove in (1e-2, 1e-4))
    assert -86.1 < 20 * np.log10(rms(usual.sound)) < -79.9
    assert 20 * np.log10(rms(good.sound)) == pytest.approx(-92.0, abs=0.1)
