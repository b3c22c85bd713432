from itertools import pairwise

import numpy as np
import pytest

from runout.features.params import FeatureParams
from runout_training.corpus.tracks import RATE, Music
from runout_training.dataset import CLASSES, features_of, targets_of
from runout_training.mix import Mix, Mixer, Recipe, impulses, merged
from runout_training.programmes import Programmes
from runout_training.wear.clock import Clock
from runout_training.wear.extras import EXTRAS
from runout_training.wear.worn import Truth, Worn


class NoPatterns:
    def pattern(self, *_):
        raise AssertionError("synthetic programmes need no drums")


@pytest.fixture
def mixer(tmp_path):
    # Synthetic programmes need no music, so no packages are fetched here.
    return Mixer(Programmes(Music(tmp_path, "train"), NoPatterns(), NoPatterns()))


def truth(start, end, kind="click", over_db=10.0, sharp=True, peak=None):
    return Truth(kind, start, start + 1 if peak is None else peak, end, "left", over_db, sharp)


@pytest.mark.parametrize("seed", range(8))
def test_truth_is_in_order_inside_the_sound_and_the_same_again(mixer, seed):
    recipe = Recipe(2.0, (5.0, 50.0), programme="synthetic", extras=None)
    mix, again = (mixer.mix(np.random.default_rng(seed), recipe) for _ in range(2))
    assert mix.truth == again.truth
    assert mix.parts == again.parts
    assert np.array_equal(mix.sound, again.sound)
    assert mix.sound.shape == (2, 2 * RATE)
    assert mix.sound.dtype == np.float32
    assert np.isfinite(mix.sound).all()
    starts = [one.start for one in mix.truth]
    assert starts == sorted(starts)
    assert all(0 <= one.start <= one.peak < one.end <= 2 * RATE for one in mix.truth)
    assert all(b - a >= 0.003 * RATE for a, b in pairwise(starts))


@pytest.mark.parametrize("extra", [extra.name for extra in EXTRAS])
def test_every_kind_of_wear_can_be_put_on_a_mix_and_held_out(mixer, extra):
    recipe = Recipe(2.0, (1.0, 2.0), programme="synthetic", extras=(extra,))
    plain = Recipe(2.0, (1.0, 2.0), programme="synthetic")
    held = Recipe(2.0, (1.0, 2.0), programme="synthetic", extras=(extra,), without=(extra,))
    seeds = range(3, 9)
    worn, without, spared = (
        [mixer.mix(np.random.default_rng(seed), one).sound for seed in seeds]
        for one in (recipe, plain, held)
    )
    assert any(not np.array_equal(a, b) for a, b in zip(worn, without, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(spared, without, strict=True))


def test_without_wear_there_is_no_truth(mixer):
    recipe = Recipe(1.0, None, programme="synthetic")
    assert mixer.mix(np.random.default_rng(0), recipe).parts == ()


def test_an_impulse_has_the_level_over_programme_that_its_truth_says():
    programme = 0.01 * np.random.default_rng(1).standard_normal((2, 4 * RATE))
    rng = np.random.default_rng(2)
    worn = impulses(rng, Worn(programme, Clock(100 / 3)), (3.0, 3.0), (30.0, 30.0))
    assert len(worn.truth) >= 5
    for one in worn.truth:
        around = worn.sound[:, one.start : one.end] - programme[:, one.start : one.end]
        assert np.abs(around).max() == pytest.approx(0.01 * 10 ** (30 / 20), rel=0.1)


def test_impulses_within_three_milliseconds_are_one():
    joined = merged([truth(1000, 1010), truth(1100, 1110, over_db=20.0), truth(5000, 5010)])
    assert [(one.start, one.end, one.over_db) for one in joined] == [
        (1000, 1110, 20.0),
        (5000, 5010, 10.0),
    ]


def test_two_clicks_that_make_up_more_than_three_milliseconds_are_a_pop():
    (one,) = merged([truth(1000, 1100), truth(1090, 1200)])
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
    assert asked[4].tolist() == [0, 1, 0, 0, 0]
    assert asked[3].tolist() == [-1, -1, 0, 0, 0]
    assert not asked[5].any()


def test_a_faint_dull_impulse_is_not_asked():
    asked = targets(truth(1000, 1010, over_db=-5.0, sharp=False, peak=1100))
    assert asked[4].tolist() == [-1, -1, 0, 0, 0]
    assert targets(truth(1000, 1010, over_db=-5.0, sharp=True, peak=1100))[4, 0] == 1


def test_of_a_dropout_the_cells_that_it_fills_are_asked_and_at_its_edges_nothing():
    asked = targets(truth(1000, 3000, kind="dropout", peak=2000))
    dropout = asked[:, CLASSES.index("dropout")]
    assert dropout.tolist() == [0, 0, 0, -1, *[1] * 7, -1, -1, *[0] * 7]
    assert (asked[3:13, :2] == -1).all()
    assert not asked[:3].any()


def test_a_click_in_a_dropout_is_asked_all_the_same():
    asked = targets(truth(1000, 3000, kind="dropout", peak=2000), truth(2000, 2010, peak=2005))
    assert asked[2005 // 256, 0] == 1


def test_a_capture_glitch_is_the_cell_where_it_begins():
    asked = targets(truth(1100, 1101, kind="capture_glitch", peak=1100))
    assert np.argwhere(asked == 1).tolist() == [[4, CLASSES.index("capture_glitch")]]
    soft = targets(truth(1100, 1101, "capture_glitch", over_db=-9.0, sharp=False, peak=1100))
    assert not (soft == 1).any()


def test_features_have_a_row_a_cell():
    rows = features_of(np.zeros((2, 10_000), np.float32), FeatureParams())
    assert rows.shape == (40, FeatureParams().n_features)
