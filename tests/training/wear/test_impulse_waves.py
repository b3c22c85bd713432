import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import click, extent, pop
from runout_training.wear.surface import rumble_and_hum, surface_noise


def lengths_ms(make):
    rng = np.random.default_rng(4)
    waves = [make(rng) for _ in range(400)]
    assert all(np.isclose(np.abs(wave).max(), 1.0) for wave in waves)
    return np.array([np.subtract(*extent(wave)[::-1]) for wave in waves]) * 1000.0 / RATE


def test_clicks_are_as_wide_as_on_real_records():
    lengths = lengths_ms(click)
    assert 0.2 <= np.median(lengths) <= 0.3
    assert np.percentile(lengths, 99) <= 3.0


def test_pops_last_3_to_15_ms():
    lengths = lengths_ms(pop)
    assert np.mean((lengths >= 3.0) & (lengths <= 15.0)) > 0.94


def test_extent_is_where_a_tenth_of_the_peak_is_reached():
    assert extent(np.array([0.0, 0.05, 0.2, -1.0, 0.1, 0.01])) == (2, 5)


def test_surface_noise_has_unit_level_and_no_impulses():
    noise = surface_noise(np.random.default_rng(1), RATE)
    assert np.isclose(np.sqrt(np.mean(noise**2)), 1.0)
    assert np.abs(noise).max() < 7.0


def test_rumble_is_vertical_and_low():
    sound = rumble_and_hum(np.random.default_rng(2), RATE)
    power = np.abs(np.fft.rfft(sound)) ** 2
    assert power[:, :400].sum() > 0.999 * power.sum()
