from dataclasses import replace

import numpy as np
import pytest

from report.page.made import EMPTY, SCRATCH, SIDE, TURN_S, click, dense
from runout.report.page.disc import INNER, RADIUS, disc_of
from runout.side.tracks import Part

PARTS = (Part("track", 0.0, 60.0, 1),)


def places(*times_s, rpm=60 / TURN_S):
    events = tuple(click(n, time) for n, time in enumerate(times_s))
    disc = disc_of(replace(SIDE, events=events, parts=PARTS, rpm=rpm))
    return disc.dots[0].places


def test_the_beginning_is_straight_up_on_the_rim():
    assert places(0.0) == pytest.approx(np.array([[0.0, -RADIUS]]))


def test_later_is_counter_clockwise_and_further_in():
    # A quarter of a turn on: left, where y points downwards.
    ((x, y),) = places(TURN_S / 4)
    assert x == pytest.approx(-RADIUS, rel=0.02)
    assert y == pytest.approx(0.0, abs=0.3)
    ((x, y),) = places(60.0)
    assert np.hypot(x, y) == pytest.approx(INNER, abs=0.5)


def test_a_scratch_is_a_radial_line():
    (line,) = disc_of(SIDE).scratches
    angle = np.degrees(np.arctan2(-line.places[:, 0], -line.places[:, 1]))
    assert len(angle) == 6
    assert np.ptp(angle) < 1e-6
    assert np.all(np.diff(np.hypot(*line.places.T)) < 0)


def test_the_same_ticks_at_a_wrong_speed_are_no_line():
    (line,) = disc_of(replace(SIDE, rpm=45.0)).scratches
    angle = np.unwrap(np.arctan2(-line.places[:, 0], -line.places[:, 1]))
    assert np.ptp(angle) > 1.0


def test_a_scratch_whose_ticks_are_not_told_runs_from_its_first_to_its_last():
    (line,) = disc_of(replace(SIDE, events=(SCRATCH,))).scratches
    assert len(line.places) == 2


def test_groove_without_music_is_a_ring():
    rings = disc_of(SIDE).rings
    assert len(rings) == 2  # lead-in and run-out; the landing is none
    assert rings[0].outer == pytest.approx(RADIUS)
    assert rings[1].inner == pytest.approx(INNER)


def test_dots_are_sized_by_how_they_are_heard():
    events = (
        click(1, 1.0, peak_db=40.0, audible_db=1.0),
        click(2, 2.0, peak_db=1.0, audible_db=30.0),
        click(3, 3.0, peak_db=15.0),
    )
    dots = disc_of(replace(SIDE, events=events)).dots
    assert [one.size for one in dots] == [0, 1, 2]
    assert all(len(one.places) == 1 for one in dots)


def test_an_unknown_speed_is_assumed_and_said():
    disc = disc_of(EMPTY)
    assert (disc.assumed, disc.rpm) == (True, pytest.approx(100 / 3))
    assert disc.dots == disc.scratches == disc.jumps == disc.rings == ()


def test_twenty_thousand_ticks_are_a_few_paths():
    disc = disc_of(dense())
    assert {one.kind for one in disc.dots} == {"crackle"}
    assert len(disc.dots) <= 3
    assert disc.crowded
    assert not disc_of(SIDE).crowded
