import numpy as np
import pytest
import soundfile

from runout_training.corpus.tracks import RATE
from runout_training.wear.noise import (
    BANDS_HZ,
    LATERAL_DB,
    VERTICAL_DB,
    groove_noise,
    shaped,
    surface_noise,
)
from sounds import HISS
from worn_sounds import programme

ROOT = np.sqrt(2)


def densities(sound):
    """Power density in dB of lateral and vertical in third octaves, by medians over windows."""
    window = np.hanning(8192)
    parts = np.stack(((sound[0] + sound[1]) / ROOT, (sound[0] - sound[1]) / ROOT))
    starts = range(0, parts.shape[1] - 8192, 2048)
    windows = np.stack([parts[:, at : at + 8192] for at in starts]) * window
    power = np.abs(np.fft.rfft(windows)) ** 2 * 2 / (np.sum(window**2) * RATE)
    usual = np.median(power, axis=0) / np.log(2)
    hertz = np.fft.rfftfreq(8192, 1 / RATE)
    edges = 10**0.05
    return np.array(
        [
            [
                10 * np.log10(row[(hertz >= at / edges) & (hertz < at * edges)].mean())
                for at in BANDS_HZ
            ]
            for row in usual
        ]
    )


def test_the_table_is_the_real_record_s():
    record, rate = soundfile.read(HISS)
    assert rate == RATE
    measured = densities(record.T)
    assert np.abs(measured[0] - LATERAL_DB).max() < 0.6
    assert np.abs(measured[1] - VERTICAL_DB).max() < 0.6


def test_noise_has_the_spectrum_that_it_is_given():
    sound = shaped(np.random.default_rng(1), 8 * RATE, LATERAL_DB, VERTICAL_DB)
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(1.0)
    lateral, vertical = densities(sound)
    off = lateral - LATERAL_DB
    assert np.abs(off - off[3:].mean())[3:].max() < 1.0
    assert np.abs((vertical - lateral) - (VERTICAL_DB - LATERAL_DB))[3:].max() < 1.0


def test_noise_varies_about_the_record_and_has_no_impulses():
    rng = np.random.default_rng(2)
    drawn = [groove_noise(rng, RATE) for _ in range(12)]
    slopes = [np.subtract(*densities(sound)[0][[24, 5]]) for sound in drawn]
    assert np.std(slopes) > 3.0
    for sound in drawn:
        assert sound.shape == (2, RATE)
        assert np.sqrt(np.mean(sound**2)) == pytest.approx(1.0)
        bends = np.diff(sound, 2, axis=1)
        assert np.abs(bends).max() < 7.0 * bends.std()


def test_surface_noise_lies_as_far_below_the_programme_as_said():
    worn = programme()
    added = surface_noise(np.random.default_rng(3), worn, 30.0).sound - worn.sound
    assert 20 * np.log10(np.std(worn.sound) / np.sqrt(np.mean(added**2))) == pytest.approx(
        30.0, abs=0.1
    )
