"""All sides at once, as CSV for a spreadsheet and as JSON, a piece at a time."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from runout.web.records.label import FIELDS
from runout.web.records.side import Summary

_KINDS = (
    "click", "pop", "scratch", "crackle", "skip", "locked_groove", "dropout", "distortion",
    "clipping", "capture_glitch",
)  # fmt: skip
COLUMNS = (
    "side_id", "started_at", "source", "file", *FIELDS, "grade", "index", "confidence", "reason",
    "limited_by", "duration_s", "rpm", *_KINDS,
)  # fmt: skip
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a text (OWASP, CSV injection)"""
_ROWS_AT_ONCE = 100


def csv_of(sides: Iterable[Summary]) -> Iterator[str]:
    """Yield a CSV file (RFC 4180), in which no text is a formula."""
    buffer = io.StringIO()
    # Excel takes it for UTF-8 only with a mark at the beginning.
    buffer.write("\ufeff")
    rows = csv.writer(buffer)
    rows.writerow(COLUMNS)
    for number, side in enumerate(sides, 1):
        rows.writerow([_cell(value) for value in _row(side)])
        if number % _ROWS_AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def json_of(sides: Iterable[Summary]) -> Iterator[str]:
    """Yield JSON: {"sides": [summary, ...]}, a side a line."""
    yield '{"sides": ['
    for number, side in enumerate(sides):
        yield f"{',' if number else ''}\n{json.dumps(asdict(side))}"
    yield "\n]}\n"


def _row(side: Summary) -> Iterator[object]:
    grade = side.grade
    yield from (side.side_id, side.started_at, side.source, side.name)
    yield from (getattr(side.label, name) for name in FIELDS)
    yield from (grade.label, grade.index, grade.confidence, grade.reason, grade.limited_by)
    yield from (side.duration_s, side.rpm)
    yield from (side.counts.get(kind, 0) for kind in _KINDS)


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_BEGINS_FORMULA):
        return f"'{value}"
    return value
