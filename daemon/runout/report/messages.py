"""What is said in JSON: the public contract of `runout grade --json` and of the MQTT payloads.

A number that isn't finite becomes null: JSON has no word for it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from runout.defects.event import Event, Kind
from runout.grading.grade import Grade
from runout.grading.outlook import Outlook
from runout.measure.tracks import TrackMeasured
from runout.report.instant import iso_utc
from runout.report.opinion import opinion_fields
from runout.report.payload import Json
from runout.side.side import DefectHeard, LiveState, ModelId, SideEnded
from runout.side.tracks import Part

Fields = dict[str, Json]


def to_json(fields: Fields) -> str:
    """Return one line of JSON, plain ASCII, so that it passes through any terminal and pipe."""
    return json.dumps(fields, allow_nan=False)


def grade_line(file: str, side: SideEnded) -> str:
    """Return the line that `runout grade --json` prints for a file."""
    return to_json({"file": file, **side_fields(side)})


def side_fields(side: SideEnded) -> Fields:
    """Return what the grading contract says of a side, all but the name of its file."""
    return {
        "duration_s": rounded(side.duration_s, 3),
        "sample_rate": int(side.sample_rate),
        "rpm": _rpm(side.rpm),
        "grade": _grade_fields(side.grade),
        "counts": _counts(side.counts),
        "measurements": _measurements(side.measurements),
        "events": [event_fields(event) for event in side.events],
        "model": _model_fields(side.model),
        "parts": _parts(side.parts),
        "tracks": _tracks(side.tracks),
        **_opinion(side),
    }


def event_fields(event: Event) -> Fields:
    """Return an event's fields; time to 0.1 ms, duration to 0.01 ms, levels to 0.1 dB."""
    fields: Fields = {
        "id": event.id,
        "time_s": rounded(event.time_s, 4),
        "duration_s": rounded(event.duration_s, 5),
        "kind": event.kind,
        "channel": event.channel,
        "peak_db": rounded(event.peak_db, 1),
        "confidence": rounded(event.confidence, 3),
        "part_of": event.part_of,
    }
    if event.audible_db is not None:
        fields["audible_db"] = rounded(event.audible_db, 1)
    if event.rate_per_s is not None:
        fields["rate_per_s"] = rounded(event.rate_per_s, 2)
    if event.rpm is not None:
        fields["rpm"] = rounded(event.rpm, 2)
    if event.turns is not None:
        fields["turns"] = int(event.turns)
    if event.angle_deg is not None:
        fields["angle_deg"] = rounded(event.angle_deg, 1)
    if event.drift_deg_per_turn is not None:
        fields["drift_deg_per_turn"] = rounded(event.drift_deg_per_turn, 2)
    if event.track is not None:
        fields["track"] = int(event.track)
    return fields


def event_payload(heard: DefectHeard, time: datetime) -> Fields:
    """Return the MQTT `event` of a defect that was heard at `time`."""
    return {
        "event_type": heard.event.kind,
        "phase": heard.phase,
        "side_id": heard.side_id,
        "time": iso_utc(time),
        **event_fields(heard.event),
    }


def side_payload(side: SideEnded, started_at: datetime) -> Fields:
    """Return the MQTT `side` of a side whose needle went down at `started_at`.

    The events stay out: they went out one by one, and a broker's packet holds only so much.
    """
    return {
        "side_id": side.side_id,
        "started_at": iso_utc(started_at),
        "duration_s": rounded(side.duration_s, 3),
        "rpm": _rpm(side.rpm),
        "grade": _grade_fields(side.grade),
        "counts": _counts(side.counts),
        "measurements": _measurements(side.measurements),
        "model": _model_fields(side.model),
        "parts": _parts(side.parts),
        "tracks": _tracks(side.tracks),
        **_opinion(side),
    }


def state_payload(state: LiveState) -> Fields:
    """Return the MQTT `state`; a level of digital silence is null."""
    left, right = state.level_db
    return {
        "phase": state.phase,
        "side_id": state.side_id,
        "elapsed_s": rounded(state.elapsed_s, 1),
        "level_db": {"left": rounded(left, 1), "right": rounded(right, 1)},
        "counts": _counts(state.counts),
        "clicks_per_min": rounded(state.clicks_per_min, 1),
        "part": state.part,
        "track": state.track,
        "outlook": None if state.outlook is None else _outlook_fields(state.outlook),
        "sensitivity": state.sensitivity,
        "clipped_percent": rounded(state.clipped_percent, 4),
        "measurements": _measurements(state.measurements),
    }


def _grade_fields(grade: Grade) -> Fields:
    return {
        "scale": grade.scale,
        "table_version": grade.table_version,
        "label": grade.label,
        "name": grade.name,
        "index": None if grade.index is None else rounded(grade.index, 2),
        "confidence": None if grade.confidence is None else rounded(grade.confidence, 3),
        "probabilities": {label: rounded(share, 3) for label, share in grade.probabilities.items()},
        "limited_by": grade.limited_by,
        "reason": grade.reason,
        "evidence": [
            {
                "measure": evidence.measure,
                "value": _significant(evidence.value),
                "unit": evidence.unit,
                "grade": evidence.grade,
                "index": rounded(evidence.index, 2),
            }
            for evidence in grade.evidence
        ],
    }


def _outlook_fields(outlook: Outlook) -> Fields:
    return {
        "label": outlook.label,
        "index": None if outlook.index is None else rounded(outlook.index, 2),
        "confidence": None if outlook.confidence is None else rounded(outlook.confidence, 3),
        "may_become": list(outlook.may_become),
        "limited_by": outlook.limited_by,
    }


def _opinion(side: SideEnded) -> Fields:
    return {} if side.opinion is None else {"second_opinion": opinion_fields(side.opinion)}


def _tracks(tracks: Sequence[TrackMeasured]) -> list[Json]:
    return [
        {
            "track": track.track,
            "start_s": rounded(track.start_s, 2),
            "end_s": rounded(track.end_s, 2),
            "counts": _counts(track.counts),
            "measurements": _measurements(track.measurements),
        }
        for track in tracks
    ]


def _counts(counts: Mapping[Kind, int]) -> Fields:
    return {kind: int(count) for kind, count in counts.items()}


def _measurements(measurements: Mapping[str, float]) -> Fields:
    return {name: _significant(value) for name, value in measurements.items()}


def _parts(parts: Sequence[Part]) -> list[Json]:
    return [
        {
            "part": part.name,
            "start_s": rounded(part.start_s, 2),
            "end_s": rounded(part.end_s, 2),
            "track": part.track,
        }
        for part in parts
    ]


def _model_fields(model: ModelId) -> Fields:
    return {"name": model.name, "version": model.version, "sha256": model.sha256}


def _rpm(rpm: float | None) -> float | None:
    return None if rpm is None else rounded(rpm, 2)


def rounded(value: float, digits: int) -> float | None:
    """A figure for JSON; null where it isn't finite."""
    # float(): numpy's own floats don't go into JSON. Adding zero turns -0.0 into 0.0.
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None


def _significant(value: float) -> float | None:
    # Measures differ in unit and size, so digits are counted from the first that isn't zero.
    rounded = float(f"{value:.5g}")
    return rounded + 0.0 if math.isfinite(rounded) else None
