import numpy as np
import pytest
from soundfile import read

from runout.model.card import load_model
from runout_training.baselines.judge import (
    Answer,
    as_markdown,
    auc,
    by_windows,
    judge,
    runout_by_windows,
)
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.matching import Span
from runout_training.evaluation.sets import Case
from runout_training.mix import Mix, Truth
from sounds import CLEAN, with_clicks

SOUND = np.zeros((2, 9 * RATE), np.float32)


def case(name, *peaks):
    truth = tuple(Truth("click", one, one, one + 9, "both", 9.0, True) for one in peaks)
    return Case(name, "x", Mix(SOUND, truth, truth, "music"))


# In three windows of 9 s: the first two worn, the last not.
CASES = [case("busy", 100, 4 * RATE), case("clean"), case("drums"), case("elsewhere", 5)]


def answering(*scores):
    return lambda _sound: Answer(np.array(scores), np.array(scores) > 0.5)


def row_of(detector):
    (row,) = judge({"one": detector}, CASES)
    return row


def test_a_row_by_hand():
    row = row_of(answering(0.9, 0.2, 0.8))
    # Worn: one right, one missed, one false; clean: two false.
    assert (row.precision, row.recall) == (1 / 4, 1 / 2)
    assert row.f1.value == pytest.approx(2 / (2 + 3 + 1))
    assert row.false_per_min["clean"].value == pytest.approx(2 / 0.15)
    assert row.false_per_min["drums"].value == pytest.approx(2 / 0.15)
    # Damaged: 0.9 and 0.2; sound: 0.8, and 0.9, 0.2, 0.8 of the clean one.
    assert row.auc.value == pytest.approx((3.5 + 0.5) / 8)


def test_who_always_says_damaged_has_recall_and_nothing_else():
    row = row_of(answering(1.0, 1.0, 1.0))
    assert row.recall == 1.0
    assert row.precision == pytest.approx(2 / 6)
    assert row.auc.value == 0.5
    assert row.false_per_min["clean"].value == pytest.approx(20.0)


def test_area_under_the_curve_of_known_rankings():
    labels = np.array([True, True, False, False])
    assert auc(np.array([4.0, 3.0, 2.0, 1.0]), labels) == 1.0
    assert auc(np.array([1.0, 2.0, 3.0, 4.0]), labels) == 0.0
    assert auc(np.array([4.0, 2.0, 3.0, 1.0]), labels) == 0.75
    assert np.isnan(auc(np.ones(2), np.array([True, True])))


def test_a_finder_of_impulses_answers_by_windows_and_is_remembered(tmp_path):
    found = [[Span(5, 9), Span(10, 12), Span(7 * RATE, 7 * RATE + 1)]]
    detect = by_windows(lambda _sound: found.pop(), "finder-1", tmp_path)
    for answer in (detect(SOUND), detect(SOUND)):
        assert answer.damaged.tolist() == [True, False, True]
        assert answer.scores.tolist() == [2, 0, 1]


def test_our_own_hears_which_window_a_click_is_in():
    music, _ = read(CLEAN, dtype="float32", frames=6 * RATE)
    sound = with_clicks(music, [4.0], over=20.0).T.copy()
    answer = runout_by_windows(load_model())(sound)
    assert answer.damaged.tolist() == [False, True]
    assert answer.scores[1] > 0.9 > answer.scores[0]


def test_the_table_has_a_line_for_each():
    rows = judge({"one": answering(0.9, 0.2, 0.8), "two": answering(0.1, 0.1, 0.1)}, CASES)
    lines = as_markdown(rows).splitlines()
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| one | 0.333 [")
