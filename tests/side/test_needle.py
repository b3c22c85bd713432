import math
from itertools import count

import pytest

from runout.side.needle import Change, Needle

STEP_S = 0.1
WHITE_DB = 13.0
"""So much less than the level has the middle of white noise"""


def run(levels, lift_s=4.0):
    """Changes that a run of (dBFS, seconds) gives."""
    needle = Needle(lift_s)
    changes = []
    step = 0
    for level_db, seconds in levels:
        for _ in range(round(seconds / STEP_S)):
            change = needle.step(level_db, level_db - WHITE_DB, step * STEP_S, (step + 1) * STEP_S)
            if change is not None:
                changes.append((change.phase, pytest.approx(change.time_s, abs=0.11)))
            step += 1
    return changes


@pytest.mark.parametrize("gain_db", [0, -12, -24])
def test_a_side_from_needle_to_lift(gain_db):
    played = [(-84, 5), (-58, 8), (-20, 60), (-57, 3), (-22, 60), (-56, 10), (-84, 10)]
    played = [(level_db + gain_db, seconds) for level_db, seconds in played]
    assert run(played) == [("needle_down", 5.0), ("playing", 13.0), ("idle", 146.0)]


def test_sound_from_the_first_block_is_a_needle_that_is_down():
    assert run([(-20, 5)]) == [("needle_down", 0.0), ("playing", 0.3)]


def test_silence_is_no_side():
    assert run([(-120, 60)]) == []
    assert run([(-84, 60)]) == []


def test_a_bump_against_the_plinth_is_no_side():
    assert run([(-84, 5), (-30, 0.2), (-84, 5)]) == []


def test_a_pause_between_tracks_and_a_quiet_passage_end_nothing():
    assert run([(-84, 2), (-20, 30), (-60, 20), (-62, 60), (-25, 10)]) == [
        ("needle_down", 2.0),
        ("playing", 2.3),
    ]


def test_a_drop_out_shorter_than_a_lift_ends_nothing():
    assert run([(-20, 10), (-84, 3), (-20, 10)])[-1][0] == "playing"


def test_in_a_file_only_its_end_ends_the_side():
    assert run([(-20, 10), (-120, 100), (-20, 10)], lift_s=math.inf)[-1][0] == "playing"


def test_groove_without_music_never_plays():
    groove = [(-59, 0.1), (-57, 0.1)] * 300
    assert run([(-84, 2), *groove, (-84, 6)]) == [("needle_down", 2.0), ("idle", 62.0)]


def test_two_sides_in_a_row():
    side = [(-84, 5), (-20, 30)]
    assert [phase for phase, _ in run([*side, *side, (-84, 5)])] == [
        "needle_down",
        "playing",
        "idle",
    ] * 2


def test_the_floor_of_a_better_preamp_is_learnt():
    quiet = [(-95, 5), (-81, 1)]
    assert run(quiet) == [("needle_down", 5.0)]


def test_digital_silence_is_no_floor():
    # Many cards give zeros at first; the preamp's floor after them is no needle.
    assert run([(-127, 5), (-82, 60), (-20, 10)]) == [("needle_down", 65.0), ("playing", 65.3)]


def test_a_loud_moment_in_a_lift_does_not_count_towards_playing():
    played = [(-84, 2), (-58, 3), (-84, 3), (-20, 0.2), (-58, 3)]
    assert run(played) == [("needle_down", 2.0)]


def test_change_is_told_where_it_happened():
    needle = Needle(4.0)
    for step in range(2):
        assert needle.step(-20.0, -33.0, step * 0.2, (step + 1) * 0.2) == (
            None if step == 0 else Change("needle_down", 0.0)
        )


def fed(levels):
    """A needle that heard a run of (dBFS, seconds), and what feeds it more of them."""
    needle = Needle(4.0)
    steps = count()

    def feed(level_db, seconds):
        for _ in range(round(seconds / STEP_S)):
            at_s = next(steps) * STEP_S
            needle.step(level_db, level_db - WHITE_DB, at_s, at_s + STEP_S)

    for level_db, seconds in levels:
        feed(level_db, seconds)
    return needle, feed


@pytest.mark.parametrize("pause", [(-127, 6.0), (-84, 4.0), (-84, 4.1), (-84, 4.5)])
def test_music_that_is_over_is_no_floor_whoever_says_that_the_needle_is_up(pause):
    needle, feed = fed([(-84, 4), (-20, 6), pause])
    assert needle.phase == "idle"
    needle.settle(10.0 + pause[1])
    feed(-20, 1)
    assert needle.phase == "playing"


@pytest.mark.parametrize("seconds", [0.2, 2.0, 3.9])
def test_a_word_that_the_needle_is_up_tells_of_the_lift_before_it(seconds):
    needle, _ = fed([(-84, 4), (-20, 6), (-84, seconds)])
    assert needle.phase == "playing"
    lifted = needle.settle(10.0 + seconds)
    assert lifted == Change("idle", pytest.approx(10.0, abs=0.01))
    assert needle.phase == "idle"


def test_where_no_lift_was_heard_the_needle_is_up_from_that_word_on():
    needle, feed = fed([(-84, 4), (-70, 5)])
    assert needle.phase == "needle_down"
    assert needle.settle(9.0) == Change("idle", 9.0)
    feed(-70, 10)
    assert needle.phase == "idle"


def test_amid_music_the_needle_is_not_up():
    needle, _ = fed([(-84, 4), (-20, 6)])
    assert needle.settle(10.0) is None
    assert needle.phase == "playing"


@pytest.mark.parametrize("floor_db", [-62, -50])
def test_the_first_sound_is_the_preamps_own_if_nothing_stirs_in_it(floor_db):
    played = [(floor_db, 60), (floor_db + 20, 10), (floor_db, 6)]
    assert run(played) == [
        ("needle_down", 60.0),
        ("playing", 60.3),
        ("idle", 70.0),
    ]


def test_the_first_sound_is_a_groove_if_something_stirs():
    groove = [(-59, 0.1), (-56, 0.1)] * 50
    assert run(groove) == [("needle_down", 0.0)]


def test_what_sounds_on_without_music_or_tick_is_a_preamp_turned_up():
    assert run([(-84, 5), (-60, 60), (-30, 5), (-60, 6)]) == [
        ("needle_down", 5.0),
        ("idle", 35.0),
        ("needle_down", 65.0),
        ("playing", 65.3),
        ("idle", 70.0),
    ]


def test_a_side_that_is_given_up_leaves_its_sound_as_the_floor():
    needle = Needle(4.0)
    for step in range(50):
        level_db = -20.0 - step % 2
        needle.step(level_db, level_db - WHITE_DB, step * STEP_S, (step + 1) * STEP_S)
    assert needle.phase == "playing"
    needle.give_up()
    assert needle.phase == "idle"
    assert needle.step(-20.0, -33.0, 5.0, 5.1) is None
    assert needle.at_floor


def test_a_hum_hides_the_groove_in_the_level_but_not_in_the_middle():
    needle = Needle(4.0)
    levels = [(-50.0, -92.0)] * 100 + [(-49.8, -80.0)] * 50 + [(-50.0, -92.0)] * 60
    changes = []
    for step, (level_db, middle_db) in enumerate(levels):
        change = needle.step(level_db, middle_db, step * STEP_S, (step + 1) * STEP_S)
        if change is not None:
            changes.append((change.phase, round(change.time_s, 1)))
    assert changes == [("needle_down", 10.0), ("idle", 15.0)]


def fall(from_db, to_db, seconds):
    """Levels that fall evenly."""
    steps = round(seconds / STEP_S)
    return [(from_db + (to_db - from_db) * (step + 1) / steps, STEP_S) for step in range(steps)]


def test_a_platter_that_stops_is_waited_for_and_a_lift_is_not():
    stopped = [(-84, 5), (-20, 10), *fall(-20, -84, 1.0), (-84, 20), (-20, 10), (-84, 5)]
    phases = [phase for phase, _ in run(stopped)]
    assert phases == ["needle_down", "playing", "idle"]
    lifted = [(-84, 5), (-20, 11), (-84, 20), (-20, 10), (-84, 5)]
    phases = [phase for phase, _ in run(lifted)]
    assert phases == ["needle_down", "playing", "idle"] * 2


def test_a_platter_that_is_not_started_again_ends_the_side():
    stopped = [(-84, 5), (-20, 10), *fall(-20, -84, 1.0), (-84, 70)]
    assert run(stopped)[-1] == ("idle", pytest.approx(16.0, abs=0.3))
