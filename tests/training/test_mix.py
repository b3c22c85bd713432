from itertools import pairwise

import numpy as np
import pytest

from runout.features.params import FeatureParams
from runout_training.corpus.drums import Drums
from runout_training.corpus.tracks import RATE, Music
from runout_training.dataset import features_of, targets_of
from runout_training.mix import Mix, Mixer, Recipe, Truth, _merged, _wear


@pytest.fixture
def mixer(tmp_path):
    # Synthetic programmes need no music, so no packages are fetched here.
    return Mixer(Music(tmp_path, "train"), Drums(tmp_path, "train"))


def truth(start, end, kind="click", over_db=10.0, sharp=True, peak=None):
    return Truth(kind, start, start + 1 if peak is None else peak, end, "left", over_db, sharp)


@pytest.mark.parametrize("seed", range(8))
def test_truth_is_in_order_inside_the_sound_and_the_same_again(mixer, seed):
    recipe = Recipe(2.0, (5.0, 50.0), programme="synthetic")
    mix, again = (mixer.mix(np.random.default_rng(seed), recipe) for _ in range(2))
    assert mix.truth == again.truth
    assert np.array_equal(mix.sound, again.sound)
    assert mix.sound.shape == (2, 2 * RATE)
    assert mix.sound.dtype == np.float32
    starts = [one.start for one in mix.truth]
    assert starts == sorted(starts)
    assert all(0 <= one.start <= one.peak < one.end <= 2 * RATE for one in mix.truth)
    assert all(b - a >= 0.003 * RATE for a, b in pairwise(starts))


def test_without_wear_there_is_no_truth(mixer):
    recipe = Recipe(1.0, None, programme="synthetic")
    assert mixer.mix(np.random.default_rng(0), recipe).truth == ()


def test_an_impulse_has_the_level_over_programme_that_its_truth_says():
    programme = 0.01 * np.random.default_rng(1).standard_normal((2, 4 * RATE))
    rng = np.random.default_rng(2)
    worn, told = _wear(rng, programme, (3.0, 3.0), (30.0, 30.0))
    assert len(told) >= 5
    for one in told:
        around = worn[:, one.start : one.end] - programme[:, one.start : one.end]
        assert np.abs(around).max() == pytest.approx(0.01 * 10 ** (30 / 20), rel=0.1)


def test_impulses_within_three_milliseconds_are_one():
    merged = _merged([truth(1000, 1010), truth(1100, 1110, over_db=20.0), truth(5000, 5010)])
    assert [(one.start, one.end, one.over_db) for one in merged] == [
        (1000, 1110, 20.0),
        (5000, 5010, 10.0),
    ]


def test_two_clicks_that_make_up_more_than_three_milliseconds_are_a_pop():
    (one,) = _merged([truth(1000, 1100), truth(1090, 1200)])
    assert one.kind == "pop"


def targets(*told, cells=20):
    mix = Mix(np.zeros((2, cells * 256), np.float32), (), tuple(told), "music")
    return targets_of(mix, cells, FeatureParams())


def test_the_cell_of_the_peak_is_the_target():
    asked = targets(truth(1000, 1010, peak=1100))
    assert np.argwhere(asked == 1).tolist() == [[1100 // 256, 0]]
    assert not (asked == -1).any()


def test_a_peak_at_a_cell_s_border_is_not_asked_of_the_neighbour():
    asked = targets(truth(1020, 1030, kind="pop", peak=1025))
    assert asked[4].tolist() == [0, 1]
    assert asked[3].tolist() == [-1, -1]
    assert not asked[5].any()


def test_a_faint_dull_impulse_is_not_asked():
    asked = targets(truth(1000, 1010, over_db=-5.0, sharp=False, peak=1100))
    assert asked[4].tolist() == [-1, -1]
    assert targets(truth(1000, 1010, over_db=-5.0, sharp=True, peak=1100))[4, 0] == 1


def test_features_have_a_row_a_cell():
    rows = features_of(np.zeros((2, 10_000), np.float32), FeatureParams())
    assert rows.shape == (40, FeatureParams().n_features)
