import numpy as np
import pytest

from runout.defects.faint import Faint
from runout.defects.revolution import NOMINAL_RPM, is_beat, newest_train


def every(period, turns, start=3.0):
    return [start + turn * period for turn in range(turns)]


@pytest.mark.parametrize("rpm", NOMINAL_RPM)
@pytest.mark.parametrize("off", [-0.03, 0.0, 0.03])
def test_three_clicks_a_turn_apart_are_a_train_at_any_speed(rpm, off):
    period = 60.0 / rpm / (1.0 + off)
    train = newest_train(every(period, 3), 10.0)
    assert train is not None
    assert train.rpm == rpm
    assert train.turns == 3
    assert train.period_s == pytest.approx(period)


def test_two_clicks_are_none():
    assert newest_train(every(1.8, 2), 10.0) is None


@pytest.mark.parametrize("period", [0.5, 1.0, 1.6, 2.0])
def test_clicks_at_no_record_s_turn_are_none(period):
    assert newest_train(every(period, 3), 10.0) is None


def test_a_missed_turn_is_counted():
    times = every(1.8, 6)
    del times[3]
    train = newest_train(times, 14.0)
    assert train is not None
    assert train.turns == 6
    assert len(train.members) == 5
    assert train.period_s == pytest.approx(1.8)


def test_three_turns_in_a_row_may_be_missed_where_little_else_ticks():
    times = [one for turn, one in enumerate(every(1.8, 8)) if turn not in (3, 4, 5)]
    train = newest_train(times, 16.0)
    assert train is not None
    assert (train.turns, len(train.members)) == (8, 5)


def half_heard(times, score=0.3, seconds=16.0, cell_s=256 / 44_100, told=()):
    """Scores that are noise of up to 0.1, but for the cells at some times."""
    cells = round(seconds / cell_s)
    scores = np.random.default_rng(4).uniform(0.0, 0.1, cells).astype(np.float32)
    scores[[int(time / cell_s) for time in times]] = score
    faint = Faint(seconds)
    for time in told:
        faint.told(time)
    faint.feed(scores, 0.0, cell_s)
    return faint


def test_what_is_half_heard_where_a_click_is_due_makes_a_train_of_what_chance_would_explain():
    times = every(1.8, 7)
    told = [times[0], times[3], times[6]]
    assert newest_train(told, 15.0) is None
    assert newest_train(told, 15.0, half_heard([])) is None
    train = newest_train(told, 15.0, half_heard(times))
    assert train is not None
    assert (train.turns, train.members) == (7, tuple(told))
    elsewhere = half_heard(np.array(times[:-1]) + 0.4)
    assert newest_train(told, 15.0, elsewhere) is None


def test_no_faint_click_is_a_train_by_itself():
    times = every(1.8, 7)
    assert newest_train(times[-1:], 15.0, half_heard(times)) is None


def test_a_ragged_edge_is_followed_and_a_click_that_comes_10_ms_late_is_not():
    ragged = np.array(every(1.8, 6)) + np.array([0.0, 0.5, -0.6, 0.4, -0.3, 0.5]) * 1e-3
    train = newest_train(list(ragged), 14.0)
    assert train is not None
    assert len(train.members) == 6
    late = every(1.8, 3)
    late[0] += 0.010
    assert newest_train(late, 10.0) is None


def test_what_chance_explains_is_no_train():
    # The same three clicks among ever more others, none of which is of any train.
    rng = np.random.default_rng(1)
    train = every(1.8, 3, start=9.0)
    few = sorted([*train, 1.11])
    many = sorted([*train, *rng.uniform(0.0, train[-1] - 0.01, 40)])
    assert newest_train(few, train[-1]) is not None
    assert newest_train(many, train[-1]) is None


def test_more_turns_stand_out_of_more_clicks():
    rng = np.random.default_rng(1)
    train = every(1.8, 8, start=1.0)
    many = sorted([*train, *rng.uniform(0.0, train[-1] - 0.01, 30)])
    found = newest_train(many, train[-1])
    assert found is not None
    assert set(found.members) >= set(train)


@pytest.mark.parametrize("beats", [2, 3, 4, 8, 16])
def test_a_beat_is_told_from_a_train(beats):
    period = 1.8
    hits = [1.0 + n * period / beats for n in range(4 * beats + 1)]
    train = newest_train([1.0 + n * period for n in range(5)], 8.2)
    assert train is not None
    assert is_beat(train, hits)


def test_a_second_scratch_at_an_angle_of_its_own_makes_no_beat():
    one, other = every(1.8, 5, start=1.0), every(1.8, 5, start=1.0 + 0.41 * 1.8)
    train = newest_train(one, 9.0)
    assert train is not None
    assert not is_beat(train, sorted(one + other))


def test_what_is_half_heard_at_an_even_part_of_every_turn_makes_it_a_beat():
    members = every(1.8, 6)
    train = newest_train(members, 15.0)
    assert train is not None
    turns = np.array(members[:-1])
    for part in (1 / 2, 3 / 4, 5 / 16):
        assert is_beat(train, members, half_heard(turns + part * 1.8))
    for late in (0.41, 0.63):
        assert not is_beat(train, members, half_heard(turns + late * 1.8))
    assert not is_beat(train, members, half_heard(turns[:1] + 0.9))


def test_the_surer_a_train_the_fewer_chance_would_make():
    by_chance = []
    for turns in (3, 4, 6):
        train = newest_train(every(1.8, turns), 15.0)
        assert train is not None
        by_chance.append(train.by_chance)
    assert by_chance == sorted(by_chance, reverse=True)


@pytest.mark.parametrize(("rpm", "is_one"), [(100 / 3, True), (3600 / 46, False)])
def test_at_the_speed_of_a_beat_a_train_must_be_surer(rpm, is_one):
    others = [16.0 + 0.31 * n for n in range(3)]
    train = every(60.0 / rpm, 3, start=30.0 - 120.0 / rpm)
    assert newest_train(train, 14.0) is not None
    assert (newest_train([*others, *train], 14.0) is not None) is is_one
