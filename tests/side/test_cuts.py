import math

import pytest

from runout.defects.event import Event
from runout.side.cuts import covered_s, outside, within


def event(time_s, duration_s=0.001, kind="crackle"):
    return Event(f"{kind}{time_s}", time_s, duration_s, kind, "both", 12.0, 0.9)


def spans(events):
    return [(one.time_s, one.time_s + one.duration_s) for one in events]


def test_what_lasts_is_cut_at_both_ends():
    assert spans([within(event(5.0, 20.0), 8.0, 12.0)]) == [(8.0, 12.0)]
    assert spans([within(event(9.0, 2.0), 8.0, 12.0)]) == [(9.0, 11.0)]
    assert within(event(5.0, 2.0), 8.0, 12.0) is None


@pytest.mark.parametrize("kind", ["click", "skip", "dropout"])
def test_what_does_not_last_lies_where_it_begins(kind):
    over = event(11.9, 0.5, kind)
    assert within(over, 8.0, 12.0) is over
    assert within(over, 12.0, 15.0) is None
    assert outside([over], [(8.0, 12.0)]) == []
    assert outside([over], [(12.0, 15.0)]) == [over]


def test_an_episode_that_begins_as_the_needle_is_handled_counts_for_the_rest():
    told = [event(10.2, 30.0), event(5.0, 4.0), event(9.9, 0.2), event(20.0, 5.0, "scratch")]
    assert spans(outside(told, [(8.0, 11.0)])) == [(11.0, 40.2), (5.0, 8.0), (20.0, 25.0)]


def test_an_episode_that_goes_on_into_the_run_out_counts_until_there():
    assert spans(outside([event(5.0, 100.0)], [(1.0, 6.0), (50.0, math.inf)])) == [(6.0, 50.0)]


def test_without_spans_all_is_left():
    told = [event(5.0, 0.0), event(1.0, kind="click")]
    assert outside(told, []) == told
    assert outside(told, [(7.0, 8.0)]) == told


def test_time_under_several_episodes_counts_once():
    told = [event(30.0, 5.0), event(12.0, 2.0), event(10.0, 10.0), event(34.0, 3.0)]
    assert covered_s(told) == 10.0 + 7.0
    assert covered_s([]) == 0.0
