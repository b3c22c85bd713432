import numpy as np
import pytest

from runout.web.predecessors.forest import Forest
from runout.web.predecessors.scaling import Scaling
from web.predecessors.made import LOUDEST, PLAIN, forest, machine


def rows(*loudest):
    figures = np.zeros((len(loudest), 8), np.float32)
    figures[:, LOUDEST] = loudest
    return figures


def test_a_forest_by_hand():
    # At the threshold a window goes left.
    likely = forest(0.5).probabilities(rows(0.4, 0.5, 0.6))
    assert likely == pytest.approx([0.45, 0.45, 0.85])


def test_trees_of_unequal_depth():
    """0 to 1: 0.1; 1 to 2: 0.4; above 2: 0.7."""
    deep = Forest(
        scaling=PLAIN,
        roots=np.array([0], np.int32),
        left=np.array([1, 1, 3, 3, 4], np.int32),
        right=np.array([2, 1, 4, 3, 4], np.int32),
        figure=np.full(5, LOUDEST, np.int8),
        threshold=np.array([1.0, 0.0, 2.0, 0.0, 0.0]),
        share=np.array([0.0, 0.1, 0.0, 0.4, 0.7]),
    )
    assert deep.probabilities(rows(2.5, 0.5, 1.5)).tolist() == [0.7, 0.1, 0.4]


def test_an_svm_by_hand():
    figures = np.zeros((2, 8), np.float32)
    figures[1] = 1.0
    near, apart = 1.0, np.exp(-0.25 * 8.0)
    margins = np.array([2.0 * near - apart, 2.0 * apart - near]) + 0.5
    assert machine().probabilities(figures) == pytest.approx(1 / (1 + np.exp(-3.0 * margins + 1)))


def test_far_away_only_the_intercept_counts():
    figures = np.full((1, 8), 1e30, np.float32)
    assert machine().probabilities(figures) == pytest.approx([1 / (1 + np.exp(-1.5 + 1))])


def test_scaling():
    scaling = Scaling(np.full(8, 2.0), np.full(8, 4.0))
    scaled = scaling.apply(np.full((3, 8), 10.0, np.float32))
    assert scaled.dtype == np.float32
    assert (scaled == 2.0).all()
