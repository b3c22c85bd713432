import math
from dataclasses import replace

import numpy as np
import pytest

from runout.defects.crackle import CrackleEnded
from runout.defects.event import Event
from runout.side.tally import Tally

STEP_S = 0.1


def click(number, time_s, kind="click", peak_db=12.0, part_of=None, channel="left"):
    return Event(f"s-{number}", time_s, 0.0003, kind, channel, peak_db, 0.9, part_of)


def played(seconds, level_db=-20.0, tally=None):
    tally = tally or Tally()
    for _ in range(round(seconds / STEP_S)):
        tally.sound((level_db, level_db), STEP_S, playing=True)
    return tally


def test_counts_and_rates_a_minute():
    tally = played(120.0)
    for number in range(6):
        tally.add(click(number, 10.0 * number))
    tally.add(click(7, 70.0, kind="pop"))
    measured = tally.measurements()
    assert tally.counts == {"click": 6, "pop": 1}
    assert measured["clicks_per_min"] == pytest.approx(3.0)
    assert measured["pops_per_min"] == pytest.approx(0.5)
    assert measured["clicks_left_per_min"] == pytest.approx(3.0)
    assert measured["clicks_right_per_min"] == 0.0
    assert measured["crackle_percent"] == 0.0
    assert "crackle_rate_per_s" not in measured


def test_clicks_on_both_walls_count_on_each():
    tally = played(60.0)
    for number, channel in enumerate(("left", "both", "both", "right")):
        tally.add(click(number, 10.0 * number, channel=channel))
    tally.add(click(9, 50.0, part_of="s-8"))
    measured = tally.measurements()
    assert measured["clicks_per_min"] == pytest.approx(4.0)
    assert measured["clicks_left_per_min"] == pytest.approx(3.0)
    assert measured["clicks_right_per_min"] == pytest.approx(3.0)


def test_what_sounds_while_the_needle_is_handled_is_taken_back():
    tally = played(60.0)
    for time_s in (5.0, 29.9, 30.5, 40.1, 50.0):
        tally.add(click(time_s, time_s))
    tally.leave_out([(29.6, 40.4)])
    assert [event.time_s for event in tally.events] == [5.0, 50.0]
    assert tally.counts == {"click": 2}


def test_crackle_that_begins_as_the_needle_lands_is_kept_with_its_ticks():
    tally = played(60.0)
    for number in range(100):
        tally.add(click(number, 40.0 + number / 10))
    tally.join("s-101", 100)
    tally.add(Event("s-101", 40.0, 10.0, "crackle", "left", 12.0, 0.9, rate_per_s=10.0))
    tally.leave_out([(30.0, 40.35)])
    assert {event.part_of for event in tally.events if event.kind == "click"} == {"s-101"}
    assert tally.counts == {"click": 96, "crackle": 1}
    assert tally.measurements()["crackle_percent"] == pytest.approx(100.0 * 9.65 / 60.0)


def test_what_goes_on_in_the_run_out_counts_until_there():
    tally = played(60.0)
    for kind in ("crackle", "scratch", "distortion"):
        tally.add(Event(f"s-{kind}", 40.0, 20.0, kind, "left", 12.0, 0.9, rate_per_s=40.0))
    tally.leave_unrated([(45.0, math.inf)], 15.0)
    measured = tally.measurements()
    for measure in ("crackle", "scratched", "distorted", "audible_crackle", "audible_scratched"):
        assert measured[f"{measure}_percent"] == pytest.approx(100.0 * 5.0 / 45.0)


def test_a_glitch_that_a_jump_claims_is_the_jumps():
    tally = played(60.0)
    tally.add(click(1, 5.0, kind="capture_glitch"))
    (shock,) = tally.near(np.array([5.01]), 0.03)
    assert tally.measurements()["capture_glitches_per_min"] == pytest.approx(1.0)
    tally.claim("s-2", [shock.id])
    assert tally.measurements()["capture_glitches_per_min"] == 0.0


def test_a_click_counts_by_how_loudly_it_is_heard_but_for_the_run_out():
    tally = played(60.0)
    for time_s, audible_db in ((5.0, 20.0), (15.0, 10.0), (25.0, -6.0), (55.0, 20.0)):
        tally.add(replace(click(time_s, time_s), audible_db=audible_db))
    assert tally.measurements()["audible_clicks_per_min"] == pytest.approx(1.0 + 1.0 / 3.0 + 1.0)
    tally.leave_unrated([(45.0, math.inf)], 15.0)
    measured = tally.measurements()
    assert measured["audible_clicks_per_min"] == pytest.approx((1.0 + 1.0 / 3.0) / 0.75)
    assert measured["clicks_per_min"] == pytest.approx(4.0)


def test_an_episode_is_heard_as_the_median_of_its_impulses():
    tally = played(10.0)
    levels = (2.0, 12.0, 4.0, None)
    members = [replace(click(n, float(n)), audible_db=level) for n, level in enumerate(levels)]
    begun = Event("s-99", 0.0, 5.0, "crackle", "left", 1.0, 1.0)
    assert tally.summed(begun, members).audible_db == 4.0
    assert tally.summed(begun, members[3:]).audible_db is None


def test_ticks_of_crackle_are_not_counted_as_single_clicks():
    tally = played(100.0)
    for number in range(40):
        tally.add(click(number, 5.0 + number / 40, channel="both"))
    begun = Event("s-99", 5.0, 0.0, "crackle", "left", 1.0, 1.0)
    tally.join(begun.id, 40)
    closed = tally.crackled(begun, CrackleEnded(5.0, 15.0, 40))
    # While it is on, it counts as well.
    assert tally.measurements([closed])["crackle_percent"] == pytest.approx(10.0)
    tally.add(closed)
    assert closed.channel == "both"
    assert closed.peak_db == 12.0
    assert closed.rate_per_s == 4.0
    measured = tally.measurements()
    assert measured["clicks_per_min"] == 0.0
    assert measured["crackle_percent"] == pytest.approx(10.0)
    assert measured["crackle_rate_per_s"] == pytest.approx(4.0)
    assert tally.counts == {"click": 40, "crackle": 1}


def test_joining_takes_the_last_impulses_only():
    tally = played(10.0)
    for number in range(5):
        tally.add(click(number, float(number)))
    tally.join("s-9", 2)
    assert [event.part_of for event in tally.events] == [None, None, None, "s-9", "s-9"]


def test_surface_noise_is_measured_in_a_quiet_part_only():
    assert "surface_noise_db" not in played(30.0).measurements()
    tally = played(30.0)
    played(2.0, level_db=-64.0, tally=tally)
    assert tally.measurements()["surface_noise_db"] == pytest.approx(-44.0, abs=0.1)


@pytest.mark.parametrize("last_s", [0.001, 0.05, 0.1])
def test_a_cut_last_step_changes_nothing(last_s):
    tally = played(60.0)
    tally.add(click(1, 10.0))
    before = tally.measurements()
    level_db = -90.0 if last_s < 0.1 else -20.0
    tally.sound((level_db, level_db), last_s, playing=True)
    assert tally.measurements() == pytest.approx(before, rel=0.01)
    assert tally.heard_s == pytest.approx(60.0 + last_s)


def test_steps_of_nearly_the_same_length_all_have_a_level():
    tally = Tally()
    tally.passed_over(2.2)
    for place in range(200):
        level_db = -60.0 if place >= 190 else -20.0
        tally.sound((level_db, level_db), 0.2 * (1.0 - 1e-15 * (place % 3)), playing=True)
    measured = tally.measurements()
    assert measured["surface_noise_db"] == pytest.approx(-40.0)
    assert measured["programme_dbfs"] == pytest.approx(-20.0)


def test_what_was_heard_after_the_lift_is_taken_back():
    tally = played(10.0)
    for number in range(10):
        tally.add(click(number, float(number)))
    tally.cut(7.5)
    assert tally.counts == {"click": 8}
    assert tally.events[-1].time_s == 7.0


def test_clicks_a_minute_live_forgets_what_is_over_a_minute_old():
    tally = played(10.0)
    for number in range(10):
        tally.add(click(number, float(number)))
    assert tally.clicks_per_min(20.0, 0.0) == pytest.approx(30.0)
    assert tally.clicks_per_min(65.0, 0.0) == pytest.approx(5.0)
    assert tally.clicks_per_min(0.5, 0.0) == 0.0


def test_balance_of_known_levels():
    tally = Tally()
    for _ in range(100):
        tally.sound((-20.0, -35.0), STEP_S, playing=True)
    assert tally.measurements()["channel_balance_db"] == pytest.approx(15.0)


def test_a_click_that_only_its_scratch_tells_stands_where_it_belongs():
    tally = played(60.0)
    for number, time_s in enumerate((1.0, 2.0, 4.0, 5.0)):
        tally.add(click(number, time_s))
    tally.add(Event("s-7", 0.5, 4.5, "crackle", "left", 12.0, 0.9))
    tally.infer(click(8, 3.0, part_of="s-9"))
    tally.infer(click(10, 6.0, part_of="s-9"))
    clicks = [event for event in tally.events if event.kind == "click"]
    assert [event.time_s for event in clicks] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert tally.counts == {"click": 6, "crackle": 1}
    # An episode of crackle was never told of them.
    tally.join("s-11", 3)
    joined = [event.time_s for event in tally.events if event.part_of == "s-11"]
    assert joined == [2.0, 4.0, 5.0]
