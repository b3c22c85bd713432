import numpy as np
import pytest

from runout.features.params import FeatureParams
from runout_training import network
from runout_training.cost import macs_per_s
from runout_training.dataset import CLASSES, Examples
from runout_training.false_alarm_limit import f1_at_limit
from runout_training.network import NetworkParams
from runout_training.tune import Space, as_markdown, cost_of, params_of, tune

CELL_S = FeatureParams().cell_s
SEGMENTS, CELLS = 40, 700


@pytest.fixture(scope="module")
def targets():
    """Half the segments with ten impulses each: 20 segments of 4 s without wear."""
    rng = np.random.default_rng(0)
    asked = np.zeros((SEGMENTS, CELLS), np.int8)
    for segment in range(0, SEGMENTS, 2):
        asked[segment, rng.choice(np.arange(5, CELLS - 5, 10), 10, replace=False)] = 1
    return asked


@pytest.mark.parametrize("answer", [-9.0, 0.0, 9.0])
def test_who_always_says_the_same_scores_nothing(targets, answer):
    assert f1_at_limit(np.full(targets.shape, answer), targets, CELL_S) == 0.0


def test_who_is_right_scores_all_whatever_the_scale_of_its_scores(targets):
    noise = np.random.default_rng(1).normal(0.0, 1.0, targets.shape)
    for scale in (1e-3, 1.0, 1e3):
        scores = scale * (noise + 20.0 * (targets == 1))
        assert f1_at_limit(scores, targets, CELL_S) == pytest.approx(1.0)


def test_recall_bought_with_false_alarms_on_sound_without_wear_is_not_paid(targets):
    # Finds all, but is as sure at two places in each unworn segment: 30 false alarms a minute.
    scores = (targets == 1).astype(float)
    scores[1::2, 100] = scores[1::2, 300] = 1.0
    assert f1_at_limit(scores, targets, CELL_S) == 0.0
    assert f1_at_limit(scores, targets, CELL_S, most_per_min=31.0) == 1.0


def test_half_found_is_an_f1_of_two_thirds(targets):
    places = np.argwhere(targets == 1)
    scores = np.random.default_rng(2).uniform(0.0, 0.01, targets.shape)
    scores[tuple(places[::2].T)] = 1.0
    assert f1_at_limit(scores, targets, CELL_S) == pytest.approx(2 / 3)


def test_a_cell_beside_the_right_one_will_do_and_two_beside_will_not(targets):
    for off, f1 in ((1, 1.0), (2, 0.0)):
        scores = np.roll((targets == 1).astype(float), off, axis=1)
        assert f1_at_limit(scores, targets, CELL_S) == f1


def test_cells_that_are_not_asked_are_neither_found_nor_false(targets):
    some = targets.copy()
    some[0, 3] = -1
    scores = (targets == 1).astype(float)
    scores[0, 3] = 1.0
    assert f1_at_limit(scores, some, CELL_S) == 1.0


def test_without_worn_and_unworn_segments_there_is_no_objective():
    with pytest.raises(ValueError, match="without wear"):
        f1_at_limit(np.ones((2, 10)), np.ones((2, 10), np.int8), CELL_S)
    with pytest.raises(ValueError, match="nothing can be found"):
        f1_at_limit(np.ones((2, 10)), np.zeros((2, 10), np.int8), CELL_S)


def test_cost_of_a_network_by_hand():
    model = network.build(NetworkParams(8, 3, (1, 2), past=3), 10, 2, cells=38)
    macs = 38 * 10 * 8 + 36 * 3 * 8 * 8 + 32 * 3 * 8 * 8 + 32 * 8 * 48 + 32 * 48 * 2
    assert macs_per_s(model) == pytest.approx(macs / (32 * CELL_S))


def test_networks_over_the_cost_are_not_in_the_space():
    every, space = Space(8, 1e9).shapes, Space(8, 4e6).shapes
    assert space
    for shape in every:
        assert (cost_of(params_of({"shape": shape}), 8) <= 4e6) == (shape in space)
    assert len(space) < len(every)
    with pytest.raises(ValueError, match="no network"):
        Space(8, 1.0)


def test_no_network_looks_further_ahead_than_the_latency_allows():
    for shape in Space(8, 1e9).shapes:
        params = params_of({"shape": shape})
        assert 0 < params.future <= 16
        assert params.past + params.future == params.context


def examples(seed, n_features=8, segments=256, cells=100):
    """Segments in which the first feature leaps where an impulse is; every other has none."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0.0, 1.0, (segments, cells, n_features))
    asked = np.zeros((segments, cells, len(CLASSES)), np.int8)
    for segment in range(0, segments, 2):
        asked[segment, rng.choice(np.arange(5, cells, 9), 6, replace=False), 0] = 1
    features[..., 0] += 12.0 * asked[..., 0]
    return Examples(features.astype(np.float16), asked)


def test_the_tuner_tries_two_networks_and_goes_on_from_there(tmp_path):
    made, held = examples(0), examples(1)
    calls = {"epochs": 12, "seed": 5, "most_macs_per_s": 2.5e6}
    first = tune(tmp_path, made, held, trials=2, **calls)
    assert len(first) == 2
    assert first[0].f1 >= first[1].f1
    assert first[0].f1 > 0.8  # so plain a feature is learnt at once
    assert all(0 < trial.macs_per_s <= 2.5e6 for trial in first)
    again = tune(tmp_path, made, held, trials=2, **calls)
    assert again == first  # nothing was tried anew
    assert len(tune(tmp_path, made, held, trials=3, **calls)) == 3
    assert as_markdown(first).count("\n") == 3
