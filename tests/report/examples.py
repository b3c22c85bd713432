"""A side that every test of reports can tell of."""

from runout.defects.event import Event
from runout.grading.grade import Evidence, Grade
from runout.grading.outlook import Outlook
from runout.health import Health
from runout.measure.tracks import TrackMeasured
from runout.opinion.opinion import Opinion
from runout.side.side import DefectHeard, LiveState, ModelId, SideEnded
from runout.side.tracks import Part

CLICK = Event("e1", 12.34567, 0.0011249, "click", "left", 14.249, 0.98765)
TICK = Event("e2", 14.0, 0.0003, "click", "both", 9.96, 1.0, part_of="c1")
CRACKLE = Event("c1", 13.9, 3.5714, "crackle", "both", 12.05, 0.9, rate_per_s=41.236)

GRADE = Grade(
    scale="goldmine",
    label="VG+",
    index=1.2345,
    probabilities={"NM": 0.04, "VG+": 0.71, "VG": 0.2, "G+": 0.05},
    limited_by="crackle in the lead-in",
    evidence=(
        Evidence("audible_clicks_per_min", 1.12344, "1/min", "VG+", 1.2345, 0.2),
        Evidence("surface_noise_db", -52.1349, "dB", "NM", 0.3493, 0.15),
    ),
    table_version="1",
    confidence=0.71,
    reason="VG+: crackle in the lead-in; now and then a click",
    name="Very Good Plus (VG+)",
)

SIDE = SideEnded(
    side_id="s1",
    time_s=0.3,
    duration_s=1190.2,
    heard_s=1180.0,
    sample_rate=48000,
    rpm=100 / 3,
    grade=GRADE,
    counts={"click": 1184, "pop": 1, "crackle": 2, "skip": 0},
    measurements={"surface_noise_db": -52.1349, "hum_db": -0.0},
    events=(CLICK, CRACKLE, TICK),
    model=ModelId("wear", "1.0", "ab" * 32),
    parts=(Part("lead_in", 0.3, 7.5500001), Part("track", 7.5500001, 1190.5, 1)),
    tracks=(TrackMeasured(1, 7.5500001, 1190.5, {"click": 2}, {"clicks_per_min": 1.02345678}),),
)

OPINION = Opinion("VG", 1.876, {"VG+": 0.2, "VG": 0.7999}, "ours", 120, 75)

OUTLOOK = Outlook("VG+", 1.2345, 0.71234, ("NM", "VG+", "VG"), "a click now and then")

PLAYING = LiveState(
    "playing", "s1", 12.345, (-23.44, float("-inf")), {"click": 3}, 7.0, "track", 2, OUTLOOK
)
IDLE = LiveState("idle", None, 0.0, (-80.0, -80.0), {}, 0.0)

HEALTH = Health(2, 441, 0, 44_099.64, 0.6543, 48.312, False)


def click(number: int) -> DefectHeard:
    """One of many."""
    return DefectHeard("s1", "single", Event(f"e{number}", number, 0.001, "click", "left", 9.0, 1))
