import numpy as np
import pytest

from runout.side.envelope import DOWN, GRID_S, STOPPED, UP
from runout.side.tracks import find_parts, track_at

RNG = np.random.default_rng(8)


def levels(*stretches):
    """Levels that run about so many dB for so many seconds."""
    return np.concatenate(
        [level_db + RNG.uniform(-1, 1, round(seconds / GRID_S)) for level_db, seconds in stretches]
    ).astype(np.float32)


def named(parts):
    return [part.name if part.track is None else part.track for part in parts]


def told(*stretches, **options):
    level = levels(*stretches)
    return find_parts(level, level - 20.0, np.zeros(len(level), np.uint8), **options)


def test_parts_are_in_order_without_holes_and_from_the_start_of_the_source():
    parts = told((-60, 5), (-20, 60), (-60, 2), (-20, 40), (-60, 20), start_s=100.0, landed=True)
    assert named(parts) == ["needle_drop", "lead_in", 1, "gap", 2, "run_out"]
    assert [part.end_s for part in parts[:-1]] == [part.start_s for part in parts[1:]]
    assert (parts[0].start_s, parts[-1].end_s) == (100.0, pytest.approx(227.0))
    assert parts[3].start_s == pytest.approx(165.0, abs=0.2)
    assert track_at(parts, 170.0) == 2
    assert track_at(parts, 166.0) is None
    assert track_at(parts, 500.0) is None


@pytest.mark.parametrize(("seconds", "name"), [(8, "gap"), (20, "run_out")])
def test_a_side_amid_a_recording_ends_in_its_run_out(seconds, name):
    level = levels((-60, 5), (-20, 60), (-60, seconds), (-84, 9), (-60, 5), (-20, 40), (-60, 20))
    where = np.full(len(level), DOWN, np.uint8)
    where[round((65 + seconds) / GRID_S) : round((74 + seconds) / GRID_S)] = UP
    parts = find_parts(level, level - 20.0, where, landed=True)
    assert named(parts) == ["needle_drop", "lead_in", 1, name, "lifted", "gap", 2, "run_out"]


@pytest.mark.parametrize("gain_db", [-20, 15])
def test_gain_changes_nothing(gain_db):
    level = levels((-60, 5), (-20, 60), (-60, 2), (-20, 40), (-60, 20))
    where = np.zeros(len(level), np.uint8)
    assert find_parts(level + gain_db, level, where) == find_parts(level, level, where)


def test_the_level_alone_tells_it_too():
    level = levels((-60, 5), (-20, 60), (-60, 2), (-20, 40), (-60, 20))
    parts = find_parts(level, None, np.zeros(len(level), np.uint8))
    assert named(parts) == ["lead_in", 1, "gap", 2, "run_out"]


def test_soft_music_that_never_falls_silent_is_no_gap():
    assert named(told((-20, 60), (-40, 5), (-20, 60))) == [1]


def test_a_pause_near_a_gap_is_no_track():
    parts = told((-60, 5), (-20, 60), (-60, 1), (-20, 4), (-60, 2), (-20, 40), (-60, 20))
    assert named(parts) == ["lead_in", 1, "gap", 2, "run_out"]


def test_thumps_once_a_turn_do_not_break_the_run_out():
    turns = [(-60, 1.6), (-30, 0.2)] * 10
    assert named(told((-60, 5), (-20, 60), *turns, (-60, 2))) == ["lead_in", 1, "run_out"]


def test_the_run_out_closes_on_itself_from_when_it_is_known_to():
    parts = told((-60, 5), (-20, 60), (-60, 20), locked_s=75.0)
    assert named(parts) == ["lead_in", 1, "run_out", "locked_run_out"]
    assert parts[-1].start_s == 75.0


def test_a_lift_parts_two_tracks_and_a_platter_that_stood_does_not():
    level = levels((-60, 5), (-20, 30), (-85, 3), (-20, 30), (-60, 10))
    where = np.full(len(level), DOWN, np.uint8)
    for away, names in ((UP, ["lifted", 2]), (STOPPED, ["stopped", 1])):
        where[700:760] = away
        assert named(find_parts(level, level, where)) == ["lead_in", 1, *names, "run_out"]


def test_nothing_is_no_part_and_a_needle_never_down_is_lifted():
    nothing = np.zeros(0, np.float32)
    assert find_parts(nothing, nothing, np.zeros(0, np.uint8)) == ()
    level = levels((-85, 3))
    assert named(find_parts(level, level, np.full(60, UP, np.uint8))) == ["lifted"]
