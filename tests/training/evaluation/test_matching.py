import pytest

from runout_training.evaluation.matching import Span, f1, match
from runout_training.mix import Truth

CLICK = Truth("click", 10_000, 10_005, 10_020, "both", 12.0, True)
POP = Truth("pop", 50_000, 50_010, 50_400, "left", 12.0, True)


@pytest.mark.parametrize(
    ("start", "hit"),
    [(10_000, True), (9_880, True), (10_150, True), (9_800, False), (10_200, False)],
)
def test_a_click_is_found_within_three_milliseconds(start, hit):
    outcome = match([CLICK], [Span(start, start + 10)])
    assert outcome.hit == (hit,)
    assert outcome.false == (0 if hit else 1)


def test_a_pop_found_in_pieces_is_found_once_and_none_is_false():
    outcome = match([CLICK, POP], [Span(50_000, 50_020), Span(50_300, 50_310)])
    assert outcome.hit == (False, True)
    assert outcome.false == 0


def test_without_truth_all_is_false_and_without_findings_all_is_missed():
    assert match([], [Span(1, 2), Span(900, 910)]).false == 2
    assert match([CLICK, POP], []).hit == (False, False)


def test_f1_of_known_counts():
    assert f1(8, 2, 2) == pytest.approx(0.8)
    assert f1(0, 0, 0) == 1.0
    assert f1(0, 1, 0) == 0.0
