import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from runout.grading.grade import LABELS
from runout_training.opinion.agreement import agreement, confusion, kappa


def test_figures_of_known_labels():
    told = ["NM", "NM", "VG", "VG", "P"]
    said = ["NM", "VG+", "VG", "NM", "F"]
    found = agreement(told, said, ["a", "a", "b", "b", "c"])
    assert found.exact.value == pytest.approx(2 / 5)
    assert found.within_one.value == pytest.approx(4 / 5)
    assert found.exact.low <= found.exact.value <= found.exact.high


def test_kappa_is_scikit_learns():
    rng = np.random.default_rng(3)
    told = rng.integers(0, 7, 80)
    said = np.clip(told + rng.integers(-2, 3, 80), 0, 6)
    counts = confusion([LABELS[one] for one in told], [LABELS[one] for one in said])
    expected = cohen_kappa_score(told, said, weights="quadratic")
    assert kappa(counts) == pytest.approx(expected)


def test_kappa_at_its_ends():
    both = ["NM", "VG", "P", "G"]
    assert kappa(confusion(both, both)) == 1.0
    assert kappa(confusion(both, ["VG"] * 4)) == 0.0
    assert np.isnan(kappa(confusion(["VG"], ["VG"])))


@pytest.mark.filterwarnings("ignore:All-NaN")
def test_a_figure_that_cannot_be_told_is_null_in_json():
    found = agreement(["VG", "VG"], ["VG", "VG"], ["a", "b"])
    assert found.as_json() == {"exact": [1.0] * 3, "within_one": [1.0] * 3, "kappa": [None] * 3}


def test_intervals_are_over_records_and_not_over_sides():
    told, said = ["NM", "VG"] * 40, ["NM", "NM"] * 40
    many = agreement(told, said, [str(n // 2) for n in range(80)])
    few = agreement(told, said, [str(n % 2) for n in range(80)])
    assert many.exact.high - many.exact.low == 0.0
    assert (few.exact.low, few.exact.high) == (0.0, 1.0)
