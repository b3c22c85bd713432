"""Reading a whole side, as the ear or a worker wrote it: nothing in it is taken on trust."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, cast

from runout.web.records.label import EAR_FIELDS, clean
from runout.web.records.side import SOURCES, GradeTold, Source

SIDE_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
"""What a side may be named"""
_LABELS = ("NM", "VG+", "VG", "G+", "G", "F", "P")
DEFAULT_SCALE = "goldmine"
_LONGEST_SCALE = 100
_LONGEST_WORDS = 1000
_MOST_ROWS = 200
"""Measurements, and kinds of defects"""


class ToldError(ValueError):
    """What was handed in isn't a side; the message is a few words."""


@dataclass(frozen=True, slots=True)
class Told:
    """A whole side, its parts that lists and searches need beside the rest."""

    side_id: str
    started_at: str
    """ISO 8601, UTC, to the millisecond"""
    source: Source
    name: str | None
    duration_s: float
    heard_s: float
    """Seconds of it that were programme"""
    rpm: float | None
    scale: str
    """That it is graded on"""
    grade: GradeTold
    counts: dict[str, int]
    measurements: dict[str, float]
    label: dict[str, str]
    """What the ear had been told that it is, an empty text where it hadn't; or nothing at all"""
    contract: bytes
    """JSON of the grading contract, and what else was told, without the fields that are ours"""


_OURS = (
    "side_id", "started_at", "source", "name", "file", "record", "heard_s", "label", "has_sound",
    "clips",
)  # fmt: skip


def read_told(side_json: bytes, source: str, name: str | None) -> Told:
    """Read a side's JSON; raises ToldError where it isn't one.

    `name` is of its file; None where the side itself tells it, or was no file.
    """
    fields = _object(side_json)
    if source not in SOURCES:
        raise ToldError(f"no such source {source!r}")
    duration_s = _number(fields, "duration_s")
    if duration_s is None:
        raise ToldError("no number 'duration_s'")
    heard_s = _number(fields, "heard_s")
    grade = _table(fields, "grade")
    return Told(
        side_id=_side_id(fields),
        started_at=_utc(fields.get("started_at")),
        source=cast(Source, source),
        name=clean(_text(fields.get("name")) if name is None else name) or None,
        duration_s=duration_s,
        heard_s=_tracks_s(fields, duration_s) if heard_s is None else heard_s,
        rpm=_number(fields, "rpm"),
        scale=clean(_text(grade.get("scale")), _LONGEST_SCALE) or DEFAULT_SCALE,
        grade=_grade(grade),
        counts={key: round(number) for key, number in _numbers(fields, "counts").items()},
        measurements=_numbers(fields, "measurements"),
        label=_label(fields.get("label")),
        contract=_packed({key: value for key, value in fields.items() if key not in _OURS}),
    )


def read_label(label_json: bytes) -> tuple[str, dict[str, str]]:
    """Read what the ear was told that a side is: its id, and the fields, as far as the ear knows.

    Raises ToldError where it isn't that.
    """
    fields = _object(label_json)
    return _side_id(fields), _label(_table(fields, "label"))


def _object(raw: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ToldError("not JSON") from error
    if not isinstance(fields, dict):
        raise ToldError("not a JSON object")
    return fields


def _packed(fields: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(fields, allow_nan=False).encode()
    except ValueError as error:  # 1e999 is read as infinity, which JSON has no word for
        raise ToldError("a number out of bounds in it") from error


def _side_id(fields: Mapping[str, Any]) -> str:
    side_id = fields.get("side_id")
    if not isinstance(side_id, str) or re.fullmatch(SIDE_ID, side_id) is None:
        raise ToldError("no side_id")
    return side_id


def _grade(fields: Mapping[str, Any]) -> GradeTold:
    label = fields.get("label")
    if label is not None and label not in _LABELS:
        raise ToldError("a grade that is none")
    return GradeTold(
        label=label,
        index=None if label is None else _number(fields, "index"),
        reason=_words(fields, "reason"),
        limited_by=_words(fields, "limited_by"),
        confidence=_number(fields, "confidence"),
    )


def _label(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: clean(_text(value.get(key))) for key in EAR_FIELDS}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _utc(value: object) -> str:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        if time is None or time.tzinfo is None:
            raise ToldError("no time 'started_at'")
        time = time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ToldError("no time 'started_at'") from error
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tracks_s(fields: Mapping[str, Any], duration_s: float) -> float:
    """Seconds of tracks, or of all where none was told: for sides that don't tell `heard_s`."""
    parts = fields.get("parts")
    rows = parts[:_MOST_ROWS] if isinstance(parts, list) else []
    tracks = [part for part in rows if isinstance(part, dict) and part.get("part") == "track"]
    seconds = sum(
        (_number(one, "end_s") or 0.0) - (_number(one, "start_s") or 0.0) for one in tracks
    )
    return seconds if seconds > 0.0 else duration_s


def _words(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise ToldError(f"no text {key!r}")
    return clean(value, _LONGEST_WORDS)


def _table(fields: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = fields.get(key)
    if not isinstance(value, dict):
        raise ToldError(f"no object {key!r}")
    return value


def _numbers(fields: Mapping[str, Any], key: str) -> dict[str, float]:
    table = _table(fields, key)
    read = {clean(name): _number(table, name) for name in list(table)[:_MOST_ROWS]}
    return {name: number for name, number in read.items() if number is not None}


def _number(fields: Mapping[str, Any], key: str) -> float | None:
    value = fields.get(key)
    # bool is an int to isinstance; the bound keeps off integers that no float can hold.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        return None
    return float(value) if math.isfinite(value) else None


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} in it")
