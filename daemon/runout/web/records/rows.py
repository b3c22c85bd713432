"""Sides as rows of the database: written, and read again."""

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import asdict

from runout.web.records.label import FIELDS, Label, filed, record_of
from runout.web.records.side import GradeTold, Summary
from runout.web.records.told import Told

LISTED = (
    "number, side_id, record, started_at, source, name, duration_s, rpm, grade_label, grade_index, "
    "reason, limited_by, confidence, counts, " + ", ".join(FIELDS)
)
"""Columns that a summary is made of"""


def insert(
    db: sqlite3.Connection,
    told: Told,
    label: Label,
    ear_label: Mapping[str, str],
    number: int | None,
) -> None:
    """Put a side there, under a number that is free; `ear_label` is what the ear told of it."""
    columns = {
        "number": number,
        "side_id": told.side_id,
        "started_at": told.started_at,
        "source": told.source,
        "name": told.name,
        "duration_s": told.duration_s,
        "heard_s": told.heard_s,
        "rpm": told.rpm,
        "scale": told.scale,
        "grade_label": told.grade.label,
        "grade_index": told.grade.index,
        "confidence": told.grade.confidence,
        "limited_by": told.grade.limited_by,
        "reason": told.grade.reason,
        "counts": json.dumps(told.counts),
        "measurements": json.dumps(told.measurements),
        "ear_label": json.dumps(dict(ear_label)),
        **_labelled(label, told.name),
    }
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    added = db.execute(f"INSERT INTO side ({names}) VALUES ({marks})", [*columns.values()])
    db.execute("INSERT INTO told VALUES (?, ?)", (added.lastrowid, zlib.compress(told.contract)))


def relabel(db: sqlite3.Connection, row: sqlite3.Row, label: Label) -> None:
    """Put another label on a side."""
    columns = _labelled(label, row["name"])
    settings = ", ".join(f"{name} = ?" for name in columns)
    db.execute(f"UPDATE side SET {settings} WHERE number = ?", (*columns.values(), row["number"]))


def find(db: sqlite3.Connection, side_id: str, more: str = "") -> sqlite3.Row | None:
    """Return the row of a side, `more` columns (", a, b") beside those of its summary."""
    query = f"SELECT {LISTED}{more} FROM side WHERE side_id = ?"
    row: sqlite3.Row | None = db.execute(query, (side_id,)).fetchone()
    return row


def find_last_heard(db: sqlite3.Connection) -> Summary | None:
    """Return the newest side of the ear's."""
    # The sign keeps SQLite from putting all of them in order: it goes back in time to the first.
    query = f"SELECT {LISTED} FROM side WHERE +source = 'ear' ORDER BY started_at DESC"
    row = db.execute(f"{query} LIMIT 1").fetchone()
    return None if row is None else summary_of(row)


def label_of(row: sqlite3.Row) -> Label:
    """Return what is written on a side."""
    return Label(*(row[name] for name in FIELDS))


def summary_of(row: sqlite3.Row) -> Summary:
    """Return what a list shows of a side."""
    return Summary(
        side_id=row["side_id"],
        record=row["record"],
        started_at=row["started_at"],
        source=row["source"],
        name=row["name"],
        duration_s=row["duration_s"],
        rpm=row["rpm"],
        grade=GradeTold(
            row["grade_label"],
            row["grade_index"],
            row["reason"],
            row["limited_by"],
            row["confidence"],
        ),
        counts=json.loads(row["counts"]),
        label=label_of(row),
        has_sound=False,
    )


def _labelled(label: Label, name: str | None) -> dict[str, str | None]:
    return {**asdict(label), "record": record_of(label), "filed": filed(label, name)}
