import numpy as np
import pytest

from runout.defects.faint import Faint, where_due

CELL_S = 0.005


def faint(scores, kept_s=10.0, start_s=0.0):
    one = Faint(kept_s)
    one.feed(np.asarray(scores, np.float32), start_s, CELL_S)
    return one


def test_the_hottest_of_a_thousand_cells_is_a_rare_one_and_an_even_one_is_none():
    scores = np.linspace(0.0, 0.1, 1000)
    scores[400] = 0.3
    one = faint(scores)
    # Three cells are looked at, one of which is the hottest of 1000.
    assert one.chance(400.5 * CELL_S, 0.6 * CELL_S) == pytest.approx(0.003, rel=0.01)
    assert one.chance(100.5 * CELL_S, 0.1 * CELL_S) > 0.85


def test_only_the_rank_counts():
    rng = np.random.default_rng(1)
    scores = rng.random(1000)
    times = rng.uniform(0.1, 4.9, 20)
    plain, bent = faint(scores), faint(scores**5 * 0.01)
    assert [plain.chance(t, 0.004) for t in times] == [bent.chance(t, 0.004) for t in times]


def test_where_all_are_alike_or_none_are_kept_nothing_is_surprising():
    assert faint(np.zeros(1000)).chance(2.0, 0.004) == 1.0
    one = faint(np.r_[np.zeros(1000), 1.0, np.zeros(999)], kept_s=7.5, start_s=100.0)
    assert one.chance(105.0025, 0.004) == pytest.approx(3 / 1500, rel=0.01)
    for unheard in (99.0, 102.4, 111.0):
        assert one.chance(unheard, 0.004) == 1.0


def test_what_is_told_is_not_faint_whether_its_scores_come_before_or_after():
    scores = np.zeros(1000)
    scores[[300, 700]] = 0.9
    scores[500] = 0.4
    one = faint(scores)
    before = one.chance(500.5 * CELL_S, 0.0)
    one = Faint(10.0)
    one.told(300.5 * CELL_S)
    one.feed(np.asarray(scores[:600], np.float32), 0.0, CELL_S)
    one.told(700.5 * CELL_S)
    one.feed(np.asarray(scores[600:], np.float32), 600 * CELL_S, CELL_S)
    assert before == pytest.approx(3 / 1000)
    assert one.chance(500.5 * CELL_S, 0.0) == pytest.approx(1 / 1000)
    assert one.chance(300.5 * CELL_S, 0.0) == 1.0


def test_scores_come_in_any_pieces():
    scores = np.random.default_rng(2).random(900).astype(np.float32)
    whole, pieces = faint(scores, 2.0), Faint(2.0)
    for start in range(0, 900, 32):
        pieces.feed(scores[start : start + 32], start * CELL_S, CELL_S)
    times = np.arange(2.6013, 4.4, 0.1)
    assert [whole.chance(t, 0.01) for t in times] == [pieces.chance(t, 0.01) for t in times]


def test_where_a_scratch_is_due_the_odds_are_34_times_as_high():
    assert where_due(0.5) == pytest.approx(34 / 35)
    assert where_due(0.1) == pytest.approx(3.4 / (3.4 + 0.9))
    assert (where_due(0.0), where_due(1.0)) == (0.0, pytest.approx(1.0))
