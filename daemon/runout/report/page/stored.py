"""A side as it was stored, in the JSON contract's words, made into what a report is drawn from."""

import math
from collections.abc import Mapping
from typing import Any

from runout.defects.event import Event
from runout.grading.grade import Evidence, Grade
from runout.measure.tracks import TrackMeasured
from runout.opinion.opinion import Opinion
from runout.side.side import ModelId, SideEnded
from runout.side.tracks import Part

_EVENT_FIELDS = tuple(Event.__dataclass_fields__)

Stored = Mapping[str, Any]


def side_of(fields: Stored) -> SideEnded:
    """Return the side that `fields` tell of.

    What the contract rounds stays rounded, and the spread of the evidence, which it doesn't tell,
    is not a number.
    """
    parts = tuple(
        Part(part["part"], part["start_s"], part["end_s"], part["track"])
        for part in fields.get("parts", ())
    )
    # What `runout grade` prints says nothing of it.
    music_s = sum(part.end_s - part.start_s for part in parts if part.name == "track")
    opinion = fields.get("second_opinion")
    return SideEnded(
        side_id=fields.get("side_id", "side"),
        time_s=parts[0].start_s if parts else 0.0,
        duration_s=fields["duration_s"],
        heard_s=fields.get("heard_s", music_s),
        # MQTT, which a side that was cut off is known from, doesn't tell it.
        sample_rate=fields.get("sample_rate", 0),
        rpm=fields["rpm"],
        grade=_grade(fields["grade"]),
        counts=fields["counts"],
        measurements=_numbers(fields["measurements"]),
        events=tuple(_event(event) for event in fields["events"]),
        model=ModelId(**fields["model"]),
        parts=parts,
        tracks=tuple(_track(track) for track in fields.get("tracks", ())),
        opinion=None if opinion is None else Opinion(**opinion),
    )


def name_of(fields: Stored) -> str:
    """Return what a side is called: by its label, else its file's name, else when it was played."""
    label = fields.get("label") or {}
    title = " – ".join(label[key] for key in ("artist", "title") if label.get(key))
    if title:
        return f"{title}, side {label['side']}" if label.get("side") else title
    if fields.get("name"):
        return str(fields["name"])
    started_at = str(fields.get("started_at", ""))
    return f"Side played on {started_at[:10]} at {started_at[11:16]} UTC"


def _grade(grade: Stored) -> Grade:
    return Grade(
        **{
            **grade,
            "evidence": tuple(Evidence(**one, spread=math.nan) for one in grade["evidence"]),
        }
    )


def _event(fields: Stored) -> Event:
    known = {name: fields[name] for name in _EVENT_FIELDS if name in fields}
    return Event(**{**known, "peak_db": _number(fields["peak_db"])})


def _track(track: Stored) -> TrackMeasured:
    return TrackMeasured(**{**track, "measurements": _numbers(track["measurements"])})


def _numbers(measurements: Stored) -> dict[str, float]:
    return {name: _number(value) for name, value in measurements.items()}


def _number(value: float | None) -> float:
    """JSON has no word for what isn't a number."""
    return math.nan if value is None else value
