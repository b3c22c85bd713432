import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout_training.wear.overload import overload
from worn_sounds import outside, programme, tone


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_changed_is_in_the_truth_and_nothing_passes_the_ceiling(seed):
    worn = programme(0.5)
    after = overload(np.random.default_rng(seed), worn, -6.0)
    assert outside(worn.sound, after.sound, after.truth) == 0.0
    peak = np.abs(worn.sound).max()
    assert np.abs(after.sound).max() <= peak * 10 ** (-6 / 20) + 1e-12
    for truth in after.truth:
        changed = (after.sound != worn.sound).any(axis=0)
        assert changed[truth.start]
        assert changed[truth.end - 1]
        assert truth.kind == "clipping"
    assert after.truth


def test_a_peak_is_a_region_of_its_own_wall():
    worn = programme(1.0, level=0.01)
    sound = worn.sound.copy()
    sound[0, 10_000:10_010] = 1.0
    sound[1, 30_000:30_010] = -1.0
    after = overload(np.random.default_rng(3), worn.with_truth(sound), -3.0)
    told = [(truth.start, truth.end, truth.channel) for truth in after.truth]
    assert told == [(10_000, 10_010, "left"), (30_000, 30_010, "right")]


def test_a_clipped_sine_is_one_region_with_the_known_distortion():
    worn = tone(100)
    told = []
    for seed in range(30):
        after = overload(np.random.default_rng(seed), worn, -6.0)
        (truth,) = after.truth
        if np.abs(after.sound).max() == pytest.approx(0.1 * 10 ** (-6 / 20), rel=1e-4):
            told.append(truth.over_db)
    # Hard: the part of a sine over c = 10^(-6/20), squared, over its power.
    angle = 2 * np.pi * (np.arange(1_000_000) + 0.5) / 1_000_000
    over = np.maximum(np.abs(np.sin(angle)) - 10 ** (-6 / 20), 0.0)
    expected = 10 * np.log10(np.mean(over**2) / 0.5)
    assert told
    assert np.allclose(told, expected, atol=0.1)
