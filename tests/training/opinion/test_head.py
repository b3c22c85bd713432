import numpy as np
import pytest

from runout.opinion.model import probabilities
from runout_training.opinion import folds as module
from runout_training.opinion import head
from runout_training.opinion.folds import folds
from runout_training.opinion.head import Examples

BLOCKS = (6, 3, 2)


def drawn(sides=60, seed=0):
    """Sides whose rank, of three, a few of the figures tell."""
    rng = np.random.default_rng(seed)
    ranks = np.arange(sides) // 2 % 3
    vectors = rng.normal(0.0, 0.5, (sides, sum(BLOCKS)))
    vectors[:, [1, 7, 10]] += ranks[:, None] - 1.0
    return Examples(
        vectors.astype(np.float32), ranks, np.array([f"r{side // 2}" for side in range(sides)])
    )


def test_a_step_is_asked_for_each_label_but_the_last():
    assert head.steps_of(np.array([0, 1, 3]), 4).tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 1]]


def test_labels_weigh_alike_however_common():
    weights = head.balance(np.array([0, 0, 0, 2]), 4)
    assert weights == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])


def test_what_never_changes_is_left_as_it_is():
    normal = head.standardization(np.array([[1.0, 5.0], [3.0, 5.0]], np.float32))
    assert normal.apply(np.array([[3.0, 5.0]], np.float32)).tolist() == [[1.0, 0.0]]


def test_a_network_begins_with_all_labels_alike():
    model = head.build(BLOCKS, 4)
    told = probabilities(head.logits(model, np.zeros((1, 11), np.float32)))
    assert told == pytest.approx(np.full((1, 4), 0.25), abs=1e-6)


def test_folds_keep_records_whole():
    examples = drawn()
    found = folds(examples.ranks, examples.records, seed=1)
    assert len(found) == 5
    for train, held in found:
        assert not {*examples.records[train]} & {*examples.records[held]}
    assert sorted(np.concatenate([held for _, held in found])) == list(range(60))


def test_it_learns_what_can_be_learnt_and_the_same_again(monkeypatch):
    monkeypatch.setattr(head, "MOST_STEPS", 80)
    monkeypatch.setattr(module, "FOLDS", 2)
    examples, other = drawn(), drawn(seed=1)
    model = head.fit(examples, BLOCKS, 3, seed=1)
    told = head.logits(model, other.vectors)
    # All steps share their weights, so their order is the same for every side.
    assert (np.diff(told, axis=1) <= 0.0).all()
    said = (told > 0.0).sum(axis=1)
    assert (said == other.ranks).mean() > 0.8
    again = head.logits(head.fit(examples, BLOCKS, 3, seed=1), other.vectors)
    assert np.array_equal(told, again)
