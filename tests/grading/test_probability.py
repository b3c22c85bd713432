import math

import pytest

from runout.grading.grade import Evidence, label_of
from runout.grading.probability import probabilities


def row(index, spread):
    return Evidence("m", 0.0, "", label_of(index), index, spread)


def test_one_on_the_limit_is_as_likely_this_as_that():
    told = probabilities([row(1.5, 0.1)], [4])
    assert told["VG+"] == pytest.approx(0.5, abs=1e-6)
    assert told["VG"] == pytest.approx(0.5, abs=1e-6)


def test_several_near_a_limit_make_the_worse_label_likelier():
    told = probabilities([row(1.5, 0.1)] * 3, [4, 4, 4])
    assert told["VG+"] == pytest.approx(0.125, abs=1e-6)
    assert told["VG"] == pytest.approx(0.875, abs=1e-6)


def test_a_spread_is_a_standard_deviation_in_grades():
    told = probabilities([row(1.0, 0.5)], [4])
    within = math.erf(1.0 / math.sqrt(2.0))
    assert told["VG+"] == pytest.approx(within)
    assert told["NM"] == pytest.approx((1.0 - within) / 2.0)


def test_what_is_counted_is_sure_and_no_rule_goes_past_its_worst():
    assert probabilities([row(5.25, 0.0), row(0.2, 0.1)], [6, 4])["F"] == 1.0
    told = probabilities([row(3.0, 5.0)], [3])
    assert sum(told.values()) == pytest.approx(1.0)
    assert told["G"] == told["F"] == told["P"] == 0.0
