from dataclasses import replace

import numpy as np
import pytest

from runout.defects.impulse import Impulse
from runout.defects.passage import Passage
from runout.defects.turns import Jump, LockBegan, LockEnded, Skipped
from runout.side.account import Account

RATE, CELL_S = 44_100, 256 / 44_100


def impulse(time_s, channel="left", peak_db=15.0):
    return Impulse(round(time_s * RATE), 12, "click", channel, peak_db, 0.9)


def told(times, end_s, programme_s=60.0):
    account = Account("s", 1.0, RATE, CELL_S)
    account.programme_s = programme_s
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


def test_how_loudly_it_is_heard_goes_from_the_impulse_to_the_event_and_the_scratch():
    account = Account("s", 1.0, RATE, CELL_S)
    account.programme_s = 60.0
    for turn in range(6):
        list(account.impulse(replace(impulse(2.0 + 1.8 * turn), audible_db=3.0 * turn)))
    (ended,) = account.finish()
    clicks = [event.audible_db for event in account.tally.events if event.kind == "click"]
    assert clicks == [0.0, 3.0, 6.0, 9.0, 12.0, 15.0]
    assert (ended.event.kind, ended.event.audible_db) == ("scratch", 7.5)


def test_crackle_is_begun_and_ended():
    account, said = told([2.0 + number / 40 for number in range(80)], 30.0)
    assert [one.phase for one in said].count("begin") == 1
    assert said[-1].event.kind == "crackle"
    assert said[-1].event.rate_per_s == pytest.approx(40.0, rel=0.05)
    assert account.tally.counts["crackle"] == 1


def test_what_ticks_in_the_run_out_is_no_scratch():
    _, said = told([12.9 + 1.8 * turn for turn in range(6)], 40.0, programme_s=6.0)
    assert [(one.phase, one.event.kind) for one in said] == [("single", "click")] * 6


def test_a_scratch_does_not_grow_on_crackle():
    scratch = [2.0 + 1.8 * turn for turn in range(6)]
    crackle = list(np.arange(12.0, 40.0, 0.01))
    account, _ = told(scratch + crackle, 60.0)
    (one,) = [event for event in account.tally.events if event.kind == "scratch"]
    assert one.turns <= 7


def test_a_capture_glitch_is_part_of_nothing():
    account = Account("s", 1.0, RATE, CELL_S)
    (said,) = account.impulse(replace(impulse(2.0), kind="capture_glitch"))
    assert (said.phase, said.event.kind, said.event.part_of) == ("single", "capture_glitch", None)
    assert account.tally.measurements()["capture_glitches_per_min"] > 0.0
    assert account.tally.measurements()["clicks_per_min"] == 0.0


def test_a_passage_is_told_when_it_is_over_and_has_no_peak():
    account = Account("s", 1.0, RATE, CELL_S)
    (said,) = account.passage(Passage("distortion", 5 * RATE, 2 * RATE, 0.8))
    assert (said.phase, said.event.time_s, said.event.duration_s) == ("single", 5.0, 2.0)
    assert np.isnan(said.event.peak_db)


@pytest.mark.parametrize(("goes_on", "times"), [(True, [5.0]), (False, [])])
def test_a_dropout_is_one_where_the_music_goes_on(goes_on, times):
    account = Account("s", 1.0, RATE, CELL_S)
    step_s = 32 * CELL_S
    said = []
    for start_s in np.arange(4.0, 8.0, step_s):
        if start_s + step_s < 5.0 or (goes_on and start_s > 5.03):
            account.programme_s = start_s + step_s
        silence = np.zeros((2, 32 * 256), np.float32)
        said += account.sound(silence, np.zeros(32, np.float32), start_s)
        if start_s < 5.2 <= start_s + step_s:
            said += account.passage(Passage("dropout", 5 * RATE, RATE // 40, 0.8))
    assert [one.event.time_s for one in said] == times
    assert account.tally.counts["dropout"] == len(times)


JUMP = Jump(10.0, 1.8, 1, 0.9)


def jumped(programme_s, *said):
    """What an account says when its turns say so; music was heard until `programme_s`."""
    account = Account("s", 1.0, RATE, CELL_S)
    account.programme_s = programme_s
    heard = [one for step in said for one in account._jumps([step])]
    return account, [(one.phase, one.event.kind) for one in heard]


def test_a_locked_groove_with_music_is_told_and_the_run_out_is_not():
    lock = (LockBegan(JUMP), LockEnded(JUMP, 17.2, 4))
    account, said = jumped(12.0, *lock)
    assert said == [("begin", "locked_groove"), ("end", "locked_groove")]
    assert account.tally.counts["locked_groove"] == 1
    account, said = jumped(10.1, *lock)
    assert said == []
    assert account.tally.counts["locked_groove"] == 0


def test_a_locked_groove_is_where_it_began_though_a_later_turns_shock_was_heard():
    account = Account("s", 1.0, RATE, CELL_S)
    account.programme_s = 12.0
    (began,) = account._jumps([LockBegan(JUMP)])
    list(account.impulse(impulse(11.805)))
    (ended,) = account._jumps([LockEnded(JUMP, 17.2, 4)])
    assert began.event.time_s == ended.event.time_s == JUMP.time_s
    account, _ = told([10.004, 11.804], 10.1, programme_s=12.0)
    (began,) = account._jumps([LockBegan(JUMP)])
    assert began.event.time_s == pytest.approx(10.004, abs=1e-4)


def test_a_skip_is_told_only_in_music():
    assert jumped(12.0, Skipped(JUMP))[1] == [("single", "skip")]
    assert jumped(10.1, Skipped(JUMP))[1] == []


def test_clicks_of_a_locked_groove_are_part_of_it():
    account, _ = jumped(12.0, LockBegan(JUMP))
    assert list(account.impulse(impulse(13.0))) == []
    assert account.tally.events[-1].part_of is not None
    list(account._jumps([LockEnded(JUMP, 17.2, 4)]))
    (said,) = account.impulse(impulse(18.0))
    assert said.event.part_of is None


def test_what_is_doubtful_is_not_told():
    account = Account("s", 1.0, RATE, CELL_S)
    account.programme_s = 60.0
    doubts = [replace(impulse(time_s), doubtful=True) for time_s in (2.0, 3.1, 7.7)]
    assert [one for doubt in doubts for one in account.impulse(doubt)] == []
    assert account.tally.events == []


def test_doubtful_clicks_of_a_scratch_stand_in_the_events_with_it_and_in_order():
    account = Account("s", 1.0, RATE, CELL_S)
    account.programme_s = 60.0
    said = []
    for turn in range(7):
        one = replace(impulse(10.0 + 1.8 * turn), doubtful=turn not in (2, 3), confidence=0.3)
        said += account.impulse(one)
        said += account.impulse(impulse(10.7 + 1.8 * turn, "right"))
    said += account.finish()
    scratch = next(
        one.event for one in said if one.phase == "begin" and one.event.channel != "right"
    )
    clicks = [event for event in account.tally.events if event.kind == "click"]
    times = [event.time_s for event in clicks]
    assert times == sorted(times)
    mine = [event for event in clicks if event.part_of == scratch.id]
    assert [event.time_s for event in mine] == pytest.approx(10.0 + 1.8 * np.arange(7), abs=1e-4)
    by_turn = [0.3 if turn in (2, 3) else 34 * 0.3 / (34 * 0.3 + 0.7) for turn in range(7)]
    assert [event.confidence for event in mine] == pytest.approx(by_turn)
    assert len({event.id for event in account.tally.events}) == len(account.tally.events)
    # Nothing is told of a past that was passed over in silence, but by the scratch.
    singles = [one.event.time_s for one in said if one.phase == "single"]
    assert not set(singles) & {event.time_s for event in mine if event.confidence > 0.5}
