import math
from dataclasses import replace

import pytest

from runout.measure.stretches import find_stretches, handled, run_outs
from runout.side.tracks import Part

SIDE = (
    Part("needle_drop", 10.0, 10.4),
    Part("lead_in", 10.4, 16.0),
    Part("track", 16.0, 100.0, 1),
    Part("gap", 100.0, 103.0),
    Part("track", 103.0, 200.0, 2),
    Part("run_out", 200.0, 210.0),
    Part("locked_run_out", 210.0, 230.0),
)


def flat(spans):
    return [edge for span in spans for edge in span]


def test_the_owners_hand_is_from_before_the_lift_to_after_the_landing():
    assert handled(SIDE) == []
    parts = (*SIDE[:3], Part("lifted", 100.0, 104.0), Part("track", 104.0, 200.0, 1))
    assert flat(handled(parts)) == pytest.approx([99.6, 104.4])


def test_the_grooves_spans_keep_clear_of_music_and_of_the_lift():
    found = find_stretches(SIDE, up_from_s=0.0)
    assert flat(found.programme) == [16.0, 100.0, 103.0, 200.0]
    expected = [10.5, 15.9, 100.1, 102.9, 200.1, 209.9, 210.1, 229.6]
    assert flat(found.groove) == pytest.approx(expected)
    assert flat(found.needle_up) == pytest.approx([0.4, 9.6])
    assert found.whole


def test_the_thump_of_a_lift_amid_a_track_is_no_programme():
    parts = (
        Part("track", 0.0, 50.0, 1),
        Part("lifted", 50.0, 60.0),
        Part("track", 60.0, 90.0, 2),
    )
    found = find_stretches(parts, up_from_s=0.0)
    assert flat(found.programme) == pytest.approx([0.0, 49.6, 60.4, 89.6])
    assert flat(found.needle_up[1:]) == pytest.approx([50.4, 59.6])
    assert not found.whole


def test_the_side_before_is_no_needle_up():
    found = find_stretches(SIDE, up_from_s=5.0)
    assert flat(found.needle_up) == pytest.approx([5.4, 9.6])


@pytest.mark.parametrize("kept", [slice(0, 5), slice(2, 7)])
def test_a_side_that_lacks_an_end_is_not_whole(kept):
    assert not find_stretches(SIDE[kept], up_from_s=0.0).whole


def test_a_recording_of_two_sides_has_two_run_outs_and_is_not_one_whole():
    second = [
        replace(part, start_s=part.start_s + 300.0, end_s=part.end_s + 300.0) for part in SIDE
    ]
    parts = (*SIDE, Part("lifted", 230.0, 310.0), *second[1:])
    assert flat(run_outs(parts)) == [200.0, 210.0, 210.0, 230.0, 500.0, 510.0, 510.0, math.inf]
    assert not find_stretches(parts, up_from_s=0.0).whole
    lifted = (*SIDE, Part("lifted", 230.0, 310.0))
    assert flat(run_outs(lifted)) == [200.0, 210.0, 210.0, 230.0]


def test_without_a_track_nothing_is_known_to_be_groove():
    found = find_stretches((Part("lead_in", 1.0, 30.0),), up_from_s=0.0)
    assert (found.programme, found.groove, found.whole) == ([], [], False)
    assert find_stretches((), up_from_s=0.0).needle_up == []


def test_a_part_shorter_than_its_edges_is_left_out():
    parts = (Part("track", 0.0, 50.0, 1), Part("gap", 50.0, 50.15), Part("track", 50.15, 99.0, 2))
    assert find_stretches(parts, up_from_s=0.0).groove == []
