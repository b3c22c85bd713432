from dataclasses import replace

import pytest

from report.page.made import SCRATCH, SIDE, click, dense
from runout.report.page.marks import COLUMN, WIDTH, lanes


def test_the_gravest_lane_is_the_first():
    skip = replace(SCRATCH, kind="skip", turns=-1)
    assert [lane.kind for lane in lanes([*SIDE.events, skip], 60.0)] == ["skip", "scratch", "click"]


def test_a_mark_stands_where_the_defect_is():
    (lane,) = lanes([SCRATCH], 60.0)
    (mark,) = lane.marks
    assert mark.x == pytest.approx(20 / 60 * WIDTH, abs=COLUMN)
    assert mark.x + mark.width == pytest.approx(29 / 60 * WIDTH)
    assert mark.height == 1.0


def test_a_skip_is_over_at_once():
    (lane,) = lanes([replace(SCRATCH, kind="skip", turns=-1)], 60.0)
    assert lane.marks[0].width == COLUMN
    assert lane.flagged


def test_a_louder_click_stands_higher():
    (lane,) = lanes([click(1, 1.0, 6.0), click(2, 5.0, 24.0), click(3, 9.0, 99.0)], 60.0)
    low, high, highest = (mark.height for mark in lane.marks)
    assert low < high < highest == 1.0


def test_thousands_are_no_more_marks_than_columns():
    side = dense()
    (ticks,) = (lane for lane in lanes(side.events, 60.0) if lane.kind == "click")
    assert ticks.count == 20_000
    assert len(ticks.marks) == WIDTH / COLUMN
    assert sum(mark.events for mark in ticks.marks) == 20_000
    assert not ticks.few


def test_many_in_one_column_are_counted_and_the_loudest_told():
    (lane,) = lanes([click(1, 10.0, 5.0), click(2, 10.01, 21.0)], 60.0)
    (mark,) = lane.marks
    assert mark.words.startswith("2 clicks from 0:10.0, the loudest: click")
    assert "peak 21 dB" in mark.words


def test_a_defect_past_the_end_is_within():
    (lane,) = lanes([click(1, 61.0)], 60.0)
    assert lane.marks[0].x + lane.marks[0].width <= WIDTH
