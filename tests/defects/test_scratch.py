from dataclasses import replace

import numpy as np
import pytest

from runout.defects.scratch import Began, Ended, Joined, ScratchTracker
from runout.defects.tick import Tick


def ticks(times, channel="left", peak_db=15.0, name="s", doubtful=False):
    return [
        Tick(f"{name}{number}", time, channel, peak_db, doubtful)
        for number, time in enumerate(sorted(times))
    ]


def told(*groups, start_s=0.0):
    """Everything that a tracker says of some ticks, and the tracker."""
    tracker = ScratchTracker(start_s)
    said = []
    for tick in sorted((tick for group in groups for tick in group), key=lambda one: one.time_s):
        said += tracker.passed(tick.time_s)
        said.append(tracker.tick(tick))
    said += tracker.finish()
    return [one for one in said if one is not None], tracker


def dust(rate_per_s, seconds, seed=0):
    rng = np.random.default_rng(seed)
    return [
        Tick(f"d{number}", time, str(rng.choice(["left", "right", "both"])), rng.uniform(3, 30))
        for number, time in enumerate(
            np.sort(rng.uniform(0.0, seconds, rng.poisson(rate_per_s * seconds))).tolist()
        )
    ]


def test_a_scratch_begins_with_its_third_click_and_ends_with_its_last():
    said, tracker = told(ticks(2.0 + 1.8 * np.arange(7)))
    assert [type(one) for one in said] == [Began, Joined, Joined, Joined, Joined, Ended]
    assert said[0].scratch.members == ("s0", "s1", "s2")
    whole = said[-1].scratch
    assert (whole.turns, whole.start_s, whole.channel) == (7, 2.0, "left")
    assert whole.last_s == pytest.approx(12.8)
    assert whole.members == tuple(f"s{number}" for number in range(7))
    assert tracker.rpm == pytest.approx(100 / 3)


def test_it_ends_by_itself_when_two_turns_bring_nothing():
    tracker = ScratchTracker(0.0)
    for tick in ticks([1.0, 2.8, 4.6]):
        tracker.tick(tick)
    assert tracker.passed(8.2) == []
    (ended,) = tracker.passed(8.6)
    assert ended.scratch.turns == 3


def test_a_long_one_may_miss_one_more():
    times = 2.0 + 1.8 * np.arange(12)
    for turns, pieces in ((8, 1), (4, 2)):
        kept = [time for turn, time in enumerate(times) if turn not in (turns, turns + 1)]
        said, _ = told(ticks(kept))
        assert [type(one) for one in said].count(Ended) == pieces


def test_one_that_is_half_heard_goes_on():
    cell_s = 256 / 44_100
    times = 2.0 + 1.8 * np.arange(12)
    scores = np.random.default_rng(5).uniform(0.0, 0.1, 5000).astype(np.float32)
    scores[(times / cell_s).astype(int)] = 0.3
    for heard, turns in ((scores, 12), (np.zeros_like(scores), 3)):
        tracker, said, fed = ScratchTracker(0.0), [], 0
        for tick in ticks([*times[:3], *times[8:10], times[11]]):
            until = int(tick.time_s / cell_s)
            tracker.scores(heard[fed:until], fed * cell_s, cell_s)
            fed = until
            said += tracker.passed(tick.time_s)
            said.append(tracker.tick(tick))
        said += tracker.passed(times[-1])
        ended = [one for one in [*said, *tracker.finish()] if isinstance(one, Ended)]
        assert ended[0].scratch.turns == turns


def test_a_scratch_that_runs_askew_is_followed():
    askew = 1.8 * (1.0 + 3.0 / 360.0)
    said, _ = told(ticks(2.0 + askew * np.arange(12)))
    assert said[-1].scratch.turns == 12
    assert said[-1].scratch.period_s == pytest.approx(askew)


def test_two_scratches_at_once_are_two():
    said, _ = told(
        ticks(2.0 + 1.8 * np.arange(6), name="a"),
        ticks(2.7 + 1.8 * np.arange(6), "right", name="b"),
    )
    scratches = [one.scratch for one in said if isinstance(one, Ended)]
    assert {one.channel for one in scratches} == {"left", "right"}
    assert [one.turns for one in scratches] == [6, 6]


def test_clicks_of_one_wall_and_the_other_are_no_scratch():
    left, right = ticks([2.0, 5.6]), ticks([3.8], "right", name="r")
    assert told(left, right)[0] == []


def test_a_deep_scratch_clicks_more_than_once_a_turn():
    times = 2.0 + 1.8 * np.arange(6)
    said, _ = told(ticks([*times, *(times + 0.005)], "both"))
    ended = [one.scratch for one in said if isinstance(one, Ended)]
    assert [one.turns for one in ended] == [6]
    assert len(ended[0].members) >= 9


@pytest.mark.parametrize("rate_per_s", [0.1, 1.0, 5.0, 30.0])
def test_dust_is_no_scratch(rate_per_s):
    assert [one for one in told(dust(rate_per_s, 600.0))[0] if isinstance(one, Began)] == []


@pytest.mark.parametrize(("rate_per_s", "turns"), [(0.1, 5), (1.0, 8), (5.0, 16)])
def test_scratches_are_found_in_dust(rate_per_s, turns):
    found = 0
    for seed in range(20):
        train = ticks(10.0 + 0.3 * seed + 1.8 * np.arange(turns), "both")
        said, _ = told(train, dust(rate_per_s, 60.0, seed))
        members = [one.scratch.members for one in said if isinstance(one, Ended)]
        found += any(sum(id[0] == "s" for id in one) > 0.5 * len(one) for one in members)
    assert found >= 18


def test_a_speed_that_wanders_is_followed():
    periods = 1.8 * (1.0 + 0.004 * np.sin(np.arange(40) / 6.0))
    said, _ = told(ticks(1.0 + np.cumsum(periods)))
    assert [type(one) for one in said].count(Began) == 1
    assert said[-1].scratch.turns == 40


def test_doubtful_clicks_and_one_that_was_told_make_a_scratch():
    times = 20.0 + 1.8 * np.arange(6)
    said, _ = told(ticks([times[3]]), ticks(np.delete(times, 3), name="f", doubtful=True))
    assert isinstance(said[0], Began)
    ended = said[-1].scratch
    assert set(ended.members) == {"s0", "f0", "f1", "f2", "f3", "f4"}
    assert (ended.turns, ended.start_s) == (6, 20.0)


def test_a_doubtful_click_joins_where_one_is_due_and_nowhere_else():
    train = ticks(2.0 + 1.8 * np.arange(4))
    for late, joins in ((0.0, True), (0.003, True), (0.02, False), (0.9, False)):
        faint = ticks([2.0 + 1.8 * 4 + late], name="f", doubtful=True)
        said, _ = told(train, faint)
        assert ("f0" in said[-1].scratch.members) is joins
    # Nor is it the second click of a turn.
    said, _ = told(train, ticks([train[-1].time_s + 0.005], name="f", doubtful=True))
    assert "f0" not in said[-1].scratch.members


@pytest.mark.parametrize("rpm", [100.0 / 3.0, 45.0, 78.26])
def test_doubtful_clicks_alone_are_no_scratch(rpm):
    """A drum that is struck once a turn may be half heard however often."""
    places = 3.0 + 60.0 / rpm * np.arange(20)
    assert told(ticks(places, doubtful=True))[0] == []
    said, _ = told(ticks(places[:1]), ticks(places[1:], name="f", doubtful=True))
    assert said[-1].scratch.turns == 20


def test_doubtful_clicks_hide_no_scratch():
    train = ticks(30.0 + 1.8 * np.arange(4), "both")
    doubts = [replace(one, id=f"f{one.id}", doubtful=True) for one in dust(2.0, 40.0, 3)]
    members = [one.scratch.members for one in told(train, doubts)[0] if isinstance(one, Ended)]
    assert any({"s0", "s1", "s2", "s3"} <= set(one) for one in members)


@pytest.mark.parametrize("rate_per_s", [0.1, 1.0, 5.0])
def test_doubtful_dust_is_no_scratch(rate_per_s):
    doubts = [replace(one, doubtful=one.time_s % 0.3 > 0.1) for one in dust(rate_per_s, 600.0, 7)]
    assert [one for one in told(doubts)[0] if isinstance(one, Began)] == []
