"""Sides made up for reports, and the sound that goes with them."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from runout.defects.event import Event
from runout.grading.grade import Evidence, Grade
from runout.measure.tracks import TrackMeasured
from runout.report.page.scan import COLUMNS, ROWS, Scan
from runout.side.side import ModelId, SideEnded
from runout.side.tracks import Part

RATE = 44_100
MADE = datetime(2025, 3, 9, 20, 15, tzinfo=UTC)
TURN_S = 1.8


def click(number, time_s, peak_db=15.0, **fields):
    fields = {"kind": "click", "audible_db": None, **fields}
    return Event(
        f"e{number}", time_s, 0.0005, channel="left", peak_db=peak_db, confidence=1, **fields
    )


GRADE = Grade(
    scale="goldmine",
    label="VG",
    index=2.1,
    probabilities={"NM": 0.0, "VG+": 0.1, "VG": 0.8, "G+": 0.1},
    limited_by="ticks every turn for 9 s in track 1",
    evidence=(
        Evidence("audible_clicks_per_min", 1.2, "1/min", "VG+", 0.9, 0.2),
        Evidence("audible_scratched_percent", 12.3, "%", "VG", 2.1, 0.2),
    ),
    table_version="3",
    confidence=0.8,
    reason="VG: ticks every turn for 9 s in track 1",
    name="Very Good (VG)",
)
WITHHELD = replace(
    GRADE,
    label=None,
    index=None,
    probabilities={},
    limited_by="no music was heard",
    evidence=(),
    confidence=None,
    reason="no music was heard",
    name=None,
)

SCRATCH = Event(
    "s1", 20.0, 5 * TURN_S, "scratch", "both", 18.0, 0.9, rpm=60 / TURN_S, turns=6, angle_deg=90.0,
    track=1,
)  # fmt: skip
SIDE = SideEnded(
    side_id="side",
    time_s=0.0,
    duration_s=60.0,
    heard_s=50.0,
    sample_rate=RATE,
    rpm=60 / TURN_S,
    grade=GRADE,
    counts={"click": 7, "scratch": 1, "skip": 0, "capture_glitch": 2},
    measurements={"clicks_per_min": 8.4, "noise_468_db": -48.25, "brand_new_percent": 3.25},
    events=(
        click(0, 10.0, peak_db=25.0, track=1),
        SCRATCH,
        *(click(n, 20.0 + (n - 1) * TURN_S, part_of="s1", track=1) for n in range(1, 7)),
    ),
    model=ModelId("ear", "0.3.0", "ab" * 32),
    parts=(
        Part("needle_drop", 0.0, 0.4),
        Part("lead_in", 0.4, 5.0),
        Part("track", 5.0, 55.0, 1),
        Part("run_out", 55.0, 60.0),
    ),
    tracks=(
        TrackMeasured(
            1,
            5.0,
            55.0,
            {"click": 7, "scratch": 1},
            {"audible_clicks_per_min": 1.24, "noise_468_db": -47.6, "loudness_lufs": -18.04},
        ),
    ),
)
EMPTY = replace(
    SIDE,
    heard_s=0.0,
    rpm=None,
    grade=WITHHELD,
    counts={},
    measurements={},
    events=(),
    parts=(),
    tracks=(),
)


def dense(impulses=20_000):
    """A shellac: ticks without end, all part of one crackle."""
    rng = np.random.default_rng(0)
    times = np.sort(rng.uniform(0, 60, impulses)).tolist()
    crackle = Event("c1", 0.0, 60.0, "crackle", "both", 12.0, 0.9, rate_per_s=impulses / 60)
    ticks = (click(n, time, rng.uniform(3, 30), part_of="c1") for n, time in enumerate(times))
    return replace(
        SIDE, rpm=None, events=(crackle, *ticks), counts={"click": impulses, "crackle": 1}
    )


def scanned(columns=COLUMNS, cuts=()):
    rng = np.random.default_rng(0)
    peak = rng.uniform(0.1, 0.9, columns).astype(np.float32)
    return Scan(peak, peak / 4, rng.uniform(-120, -40, (ROWS, columns)).astype(np.float32), cuts)
