import math

import numpy as np
import pytest

from runout.defects.event import Event
from runout.measure.inner_groove import inner_groove, mann_kendall

RISES_Z = 1.645
"""One-sided 5 %"""


def torn(time_s: float, duration_s: float, kind="distortion") -> Event:
    return Event(f"d{time_s}", time_s, duration_s, kind, "both", math.nan, 0.8)


def test_rises_towards_the_label():
    # Passages of 2 s, ever nearer to each other, as the groove slows down.
    times = 1200.0 * np.sqrt(np.linspace(0.0, 0.998, 120))
    measured = inner_groove([torn(time, 2.0) for time in times], 0.0, 1200.0)
    assert measured is not None
    assert measured.z > RISES_Z
    assert measured.inner_percent > 2 * measured.outer_percent


def test_the_last_minutes_alone():
    events = [torn(900.0 + 10.0 * number, 3.0) for number in range(29)]
    measured = inner_groove(events, 0.0, 1200.0)
    assert measured is not None
    assert measured.z > RISES_Z
    assert measured.outer_percent == 0.0
    assert measured.inner_percent == pytest.approx(100.0 * 29 * 3.0 / 400.0)


@pytest.mark.parametrize("seed", range(3))
def test_torn_all_along_is_not_the_inner_grooves(seed: int):
    times = np.random.default_rng(seed).uniform(0.0, 1198.0, 80)
    measured = inner_groove([torn(time, 2.0) for time in times], 0.0, 1200.0)
    assert measured is not None
    assert measured.z < RISES_Z


def test_one_torn_passage_near_the_label_is_no_trend():
    measured = inner_groove([torn(1150.0, 2.0)], 0.0, 1200.0)
    assert measured is not None
    assert measured.z < RISES_Z


def test_overlaps_count_once_and_other_kinds_not():
    events = [torn(0.0, 100.0), torn(50.0, 100.0), torn(300.0, 100.0, "dropout")]
    measured = inner_groove(events, 0.0, 1200.0)
    assert measured is not None
    assert measured.outer_percent == pytest.approx(100.0 * 150.0 / 400.0)


def test_mann_kendall_with_ties():
    # Three pairs of six rise; variance (4 * 3 * 13 - 3 * 2 * 11) / 18 = 5.
    assert mann_kendall(np.array([0.0, 0.0, 0.0, 1.0])) == pytest.approx(2.0 / math.sqrt(5.0))
    assert mann_kendall(np.array([1.0, 0.0, 0.0, 0.0])) == pytest.approx(-2.0 / math.sqrt(5.0))
    assert mann_kendall(np.zeros(5)) == 0.0


def test_no_music():
    assert inner_groove([], 10.0, 10.0) is None
