import pytest

from runout.defects.impulse import Impulse
from runout.side.account import Account

RATE, CELL_S = 44_100, 256 / 44_100


def impulse(time_s, channel="left", peak_db=15.0):
    return Impulse(round(time_s * RATE), 12, "click", channel, peak_db, 0.9)


def told(times, end_s):
    account = Account("s", 1.0, RATE, CELL_S)
    said = [one for time_s in times for one in account.impulse(impulse(time_s))]
    said += account.passed(end_s)
    return account, said + list(account.finish())


def test_a_scratch_is_told_as_begin_and_end_and_its_later_clicks_not_at_all():
    account, said = told([2.9 + 1.8 * turn for turn in range(6)], 30.0)
    assert [(one.phase, one.event.kind) for one in said] == [
        ("single", "click"),
        ("single", "click"),
        ("begin", "scratch"),
        ("end", "scratch"),
    ]
    assert said[2].event.id == said[3].event.id
    scratch = said[3].event
    assert (scratch.turns, scratch.time_s) == (6, pytest.approx(2.9, abs=1e-4))
    assert scratch.duration_s == pytest.approx(9.0, abs=1e-3)
    assert scratch.rpm == pytest.approx(100 / 3, rel=1e-3)
    # It began a turn and 20 degrees after the needle had come down.
    assert scratch.angle_deg == pytest.approx(20.0, abs=0.5)
    assert scratch.drift_deg_per_turn == pytest.approx(0.0, abs=0.1)
    assert scratch.channel == "left"
    assert account.rpm == scratch.rpm


def test_every_click_stands_in_the_events_and_names_its_scratch():
    account, said = told([2.0 + 1.8 * turn for turn in range(6)], 30.0)
    clicks = [event for event in account.tally.events if event.kind == "click"]
    assert len(clicks) == 6
    assert {event.part_of for event in clicks} == {said[-1].event.id}
    assert account.tally.counts == {"click": 6, "scratch": 1}
    measured = account.tally.measurements()
    assert measured["clicks_per_min"] == 0.0
    assert measured["scratched_percent"] == 100.0
    assert "skips" not in measured


def test_single_clicks_are_told_at_once_and_tell_no_speed():
    account, said = told([2.0, 3.1, 7.7], 30.0)
    assert [one.phase for one in said] == ["single"] * 3
    assert account.rpm is None


def test_crackle_is_begun_and_ended():
    account, said = told([2.0 + number / 40 for number in range(80)], 30.0)
    assert [one.phase for one in said].count("begin") == 1
    assert said[-1].event.kind == "crackle"
    assert said[-1].event.rate_per_s == pytest.approx(40.0, rel=0.05)
    assert account.tally.counts["crackle"] == 1
