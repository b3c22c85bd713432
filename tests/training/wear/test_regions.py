import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.regions import audible, joined, region


def test_runs_less_than_a_gap_apart_are_one():
    mask = np.zeros(30, bool)
    mask[[0, 1, 5, 6, 12, 29]] = True
    assert joined(mask, 4) == [(0, 7), (12, 13), (29, 30)]
    assert joined(mask, 1) == [(0, 2), (5, 7), (12, 13), (29, 30)]
    assert joined(np.zeros(9, bool), 4) == []


def test_a_region_s_ratio_is_that_of_the_worse_wall():
    before = np.ones((2, 100))
    after = before + np.array([[0.1], [0.5]])
    after[1, 70] += 1.0
    truth = region(before, before + (after - before), 20, 90, "distortion", "test")
    power = (69 * 0.25 + 1.5**2) / 70
    assert truth.over_db == pytest.approx(10 * np.log10(power), abs=0.01)
    assert (truth.start, truth.peak, truth.end, truth.channel) == (20, 70, 90, "both")
    after[0] = 1.0
    assert region(before, after, 20, 90, "distortion", "test").channel == "right"


def test_damage_is_told_from_the_least_ratio_on():
    before = np.ones((2, RATE))
    after = before.copy()
    after[0, 10_000:12_000] += 0.11
    after[0, 30_000:32_000] += 0.09
    (truth,) = audible(before, after, -20.0, "distortion", "test")
    # To the grid of 5 ms.
    assert truth.start == pytest.approx(10_000, abs=221)
    assert truth.end == pytest.approx(12_000, abs=221)
    assert truth.channel == "left"


def test_no_change_is_no_truth_even_in_silence():
    silent = np.zeros((2, RATE))
    assert audible(silent, silent, -20.0, "distortion", "test") == ()
