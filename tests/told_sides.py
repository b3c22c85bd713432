"""A side as it plays and as it ends, for tests of what is told of it."""

from runout.grading.grade import Grade
from runout.side.side import LiveState, ModelId, SideEnded


def state(**told):
    """A LiveState amid the second track of a side, but for what is told."""
    usual = {
        "phase": "playing",
        "side_id": "20260101T120000-3",
        "elapsed_s": 724.9,
        "level_db": (-20.0, -20.0),
        "counts": {},
        "clicks_per_min": 0.0,
        "part": "track",
        "track": 2,
    }
    return LiveState(**(usual | told))


def ended(label, limited_by):
    """A finished side of 19:20; a `label` of None is a withheld grade."""
    grade = Grade(
        scale="goldmine",
        label=label,
        index=None if label is None else 1.0,
        probabilities={},
        limited_by=limited_by,
        evidence=(),
        table_version="1",
        confidence=None if label is None else 0.9,
        reason=limited_by,
    )
    return SideEnded(
        side_id="x",
        time_s=0.0,
        duration_s=1160.4,
        heard_s=1100.0,
        sample_rate=44_100,
        rpm=None,
        grade=grade,
        counts={},
        measurements={},
        events=(),
        model=ModelId("ear", "1", "0"),
    )
