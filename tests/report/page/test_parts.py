from dataclasses import replace

import pytest

from report.page.made import SIDE, click
from runout.measure.tracks import TrackMeasured
from runout.report.page.parts import part_name, rows
from runout.side.tracks import Part


def test_each_part_has_what_was_heard_in_it():
    lead_in, track, run_out = rows(SIDE.parts, [*SIDE.events, click(9, 57.0)], SIDE.tracks)
    assert [row.name for row in (lead_in, track, run_out)] == ["lead-in", "track 1", "run-out"]
    assert (track.start_s, track.end_s, track.heard_s) == (5.0, 55.0, 50.0)
    assert (lead_in.impulses, track.impulses, run_out.impulses) == (0, 7, 1)
    assert track.impulses_per_min == pytest.approx(8.4)
    assert track.others == "1 scratch"
    assert [row.is_track for row in (lead_in, track, run_out)] == [False, True, False]
    assert (track.audible_per_min, track.noise_before_db) == pytest.approx((1.24, -47.6))
    assert track.loudness_lufs == pytest.approx(-18.04)
    assert lead_in.audible_per_min is lead_in.loudness_lufs is run_out.noise_before_db is None


def test_a_track_that_was_stopped_is_one_row():
    parts = (Part("track", 0.0, 10.0, 1), Part("stopped", 10.0, 15.0), Part("track", 15.0, 40.0, 1))
    pieces = (
        TrackMeasured(1, 0.0, 10.0, {}, {"audible_clicks_per_min": 7.0, "loudness_lufs": -20.0}),
        TrackMeasured(1, 15.0, 40.0, {}, {"audible_clicks_per_min": 0.0, "noise_468_db": -50.0}),
    )
    (row,) = rows(parts, [click(1, 5.0), click(2, 12.0), click(3, 20.0)], pieces)
    assert (row.start_s, row.end_s, row.heard_s, row.impulses) == (0.0, 40.0, 35.0, 2)
    assert row.audible_per_min == pytest.approx(2.0)
    assert (row.loudness_lufs, row.noise_before_db) == pytest.approx((-20.0, -50.0))


def test_two_gaps_are_two_rows():
    gap = Part("gap", 5.0, 8.0)
    assert len(rows((gap, replace(gap, start_s=20.0, end_s=22.0)), [], [])) == 2


def test_names():
    assert part_name(Part("locked_run_out", 0.0, 1.0)) == "locked run-out"
    assert part_name(Part("track", 0.0, 1.0, 3)) == "track 3"
