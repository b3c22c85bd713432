import numpy as np
import pytest

from runout_training.evaluation.bootstrap import bootstrapped, over_files
from runout_training.evaluation.matching import f1


def test_the_interval_holds_the_figure_and_narrows_with_files():
    rng = np.random.default_rng(0)
    few, many = (rng.poisson((20, 2, 2), (files, 3)) for files in (8, 400))
    intervals = [bootstrapped(counts, lambda sums: f1(*sums)) for counts in (few, many)]
    for figure in intervals:
        assert figure.low <= figure.value <= figure.high
    assert intervals[1].high - intervals[1].low < intervals[0].high - intervals[0].low


def test_files_that_are_all_alike_leave_no_doubt():
    figure = bootstrapped(np.tile((3.0, 1.0), (10, 1)), lambda sums: sums[0] / sums[1])
    assert (figure.value, figure.low, figure.high) == (3.0, 3.0, 3.0)
    assert str(figure) == "3.000 [3.000, 3.000]"


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    files = np.random.default_rng(1).standard_normal(400)
    figure = over_files(len(files), lambda picked: float(files[picked].mean()))
    assert figure.high - figure.low == pytest.approx(2 * 1.96 * files.std() / 20, rel=0.1)


def test_draws_without_a_figure_do_not_count():
    files = np.array([1.0, np.nan, 1.0])
    figure = over_files(3, lambda picked: float(files[picked[0]]))
    assert (figure.low, figure.high) == (1.0, 1.0)
