import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import click, extent, pop


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
