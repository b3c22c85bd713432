"""The sides that were heard, each told whole, with what people wrote on them."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from runout.web.records.database import Database
from runout.web.records.label import FIELDS, Label, filed, record_of
from runout.web.records.search import (
    MOST_SIDES,
    Wanted,
    after,
    condition,
    count,
    cursor_of,
    key,
    order,
)
from runout.web.records.side import GradeTold, Summary
from runout.web.records.told import Told, read_told

_MANY = 1000
"""Sides that would rather not be fetched all to be put in order"""
MOST_PLAYS = 200
"""Of a record's side, the newest"""
_LISTED = (
    "number, side_id, record, started_at, source, name, duration_s, rpm, grade_label, grade_index, "
    "reason, limited_by, confidence, counts, " + ", ".join(FIELDS)
)
_MOST_AHEAD = 100
"""Labels of sides that haven't ended; those of a box that was switched off amid one never do"""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the sides that are wanted."""

    sides: tuple[Summary, ...]
    total: int
    """How many are wanted in all"""
    cursor: str | None
    """What to ask for the next with; None at the end"""


@dataclass(frozen=True, slots=True)
class Play:
    """A side among the plays of its record, with what it measured."""

    summary: Summary
    heard_s: float
    """Seconds of programme"""
    measurements: dict[str, float]


class Records:
    """All sides, in one file; safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Open the file, see Database."""
        self.database = Database(path)
        with self.database.read() as db:
            self._last_heard = _last_heard(db)

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    @property
    def last_heard(self) -> Summary | None:
        """The newest side of the ear's; it is at hand, without a look into the file."""
        return self._last_heard

    def add(self, side_json: bytes, source: str, name: str | None) -> None:
        """Take a whole side; one that is there already is told anew, what people wrote on it stays.

        Raises ToldError where it isn't a side, sqlite3.Error where it can't be kept.
        """
        told = read_told(side_json, source, name)
        with self.database.write() as db:
            old = _row(db, told.side_id)
            ahead = db.execute(
                "DELETE FROM label_ahead WHERE side_id = ? RETURNING changes", (told.side_id,)
            ).fetchall()
            label = Label().changed(told.label) if old is None else _label(old)
            for row in ahead:
                label = label.changed(json.loads(row["changes"]))
            if old is not None:
                db.execute("DELETE FROM side WHERE number = ?", (old["number"],))
            _insert(db, told, label, None if old is None else old["number"])
            last = _last_heard(db)
        self._last_heard = last

    def summary(self, side_id: str) -> Summary | None:
        """Return what a list shows of a side; None where there is no such side."""
        with self.database.read() as db:
            row = _row(db, side_id)
        return None if row is None else _summary(row)

    def contract(self, side_id: str) -> bytes | None:
        """Return all that was told of a side, as JSON; None where there is no such side."""
        with self.database.read() as db:
            row = db.execute(
                f"SELECT {_LISTED}, heard_s, contract FROM side JOIN told USING (number) "
                "WHERE side_id = ?",
                (side_id,),
            ).fetchone()
        if row is None:
            return None
        summary = _summary(row)
        ours = {
            "side_id": summary.side_id,
            "record": summary.record,
            "started_at": summary.started_at,
            "source": summary.source,
            "name": summary.name,
            "heard_s": row["heard_s"],
            "label": asdict(summary.label),
        }
        # Put together as text: the events may be tens of thousands.
        told = zlib.decompress(row["contract"])
        return json.dumps(ours).encode()[:-1] + b", " + told[1:]

    def write_on(self, side_id: str, changes: Mapping[str, str | None]) -> Summary | None:
        """Write on a side; return it as it is then, None where there is no such side."""
        with self.database.write() as db:
            row = _row(db, side_id)
            if row is None:
                return None
            label = _label(row).changed(changes)
            columns = {**asdict(label), **_sorted_by(label, row["name"])}
            settings = ", ".join(f"{name} = ?" for name in columns)
            db.execute(
                f"UPDATE side SET {settings} WHERE number = ?", (*columns.values(), row["number"])
            )
            last = _last_heard(db)
        self._last_heard = last
        return replace(_summary(row), label=label, record=record_of(label))

    def write_ahead(self, side_id: str, changes: Mapping[str, str | None]) -> Label:
        """Write on a side that hasn't ended; return all that was written on it so."""
        with self.database.write() as db:
            row = db.execute(
                "SELECT changes FROM label_ahead WHERE side_id = ?", (side_id,)
            ).fetchone()
            kept = {} if row is None else json.loads(row["changes"])
            kept |= {name: text for name, text in changes.items() if text is not None}
            db.execute(
                "INSERT OR REPLACE INTO label_ahead VALUES (?, ?)", (side_id, json.dumps(kept))
            )
            db.execute(
                "DELETE FROM label_ahead WHERE rowid NOT IN "
                "(SELECT rowid FROM label_ahead ORDER BY rowid DESC LIMIT ?)",
                (_MOST_AHEAD,),
            )
        return Label().changed(kept)

    def delete(self, side_id: str) -> bool:
        """Forget a side; return whether there was one."""
        with self.database.write() as db:
            gone = db.execute("DELETE FROM side WHERE side_id = ?", (side_id,)).rowcount > 0
            last = _last_heard(db)
        self._last_heard = last
        return gone

    def page(self, wanted: Wanted, limit: int = 50, cursor: str | None = None) -> Page:
        """Return the first sides that are wanted, or the first after a cursor.

        Raises CursorError where that is none.
        """
        with self.database.read() as db:
            (total,) = db.execute(*count(wanted)).fetchone()
            where, values = condition(wanted, many=total > _MANY)
            if cursor is not None:
                more, more_values = after(wanted.sort, cursor)
                where, values = f"{where} AND {more}", [*values, *more_values]
            rows = db.execute(
                f"SELECT {_LISTED}, {key(wanted.sort)} AS sorted_by FROM side WHERE {where} "
                f"ORDER BY {order(wanted.sort)} LIMIT ?",
                (*values, limit + 1),
            ).fetchall()
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(
            sides=tuple(_summary(row) for row in rows[:limit]),
            total=total,
            cursor=None if last is None else cursor_of(last["sorted_by"], last["number"]),
        )

    def each(self, wanted: Wanted) -> Iterator[Summary]:
        """Yield all sides that are wanted; no reader of the file waits for whoever takes them."""
        cursor = None
        while True:
            page = self.page(wanted, MOST_SIDES, cursor)
            yield from page.sides
            cursor = page.cursor
            if cursor is None:
                return

    def plays(self, record: str) -> list[Play]:
        """Return the plays of a record's side, oldest first."""
        with self.database.read() as db:
            rows = db.execute(
                f"SELECT {_LISTED}, heard_s, measurements FROM side WHERE record = ? "
                "ORDER BY started_at DESC, number DESC LIMIT ?",
                (record, MOST_PLAYS),
            ).fetchall()
        return [
            Play(_summary(row), row["heard_s"], json.loads(row["measurements"]))
            for row in reversed(rows)
        ]


def _row(db: sqlite3.Connection, side_id: str) -> sqlite3.Row | None:
    query = f"SELECT {_LISTED} FROM side WHERE side_id = ?"
    row: sqlite3.Row | None = db.execute(query, (side_id,)).fetchone()
    return row


def _last_heard(db: sqlite3.Connection) -> Summary | None:
    # The sign keeps SQLite from putting all of them in order: it goes back in time to the first.
    query = f"SELECT {_LISTED} FROM side WHERE +source = 'ear' ORDER BY started_at DESC"
    row = db.execute(f"{query} LIMIT 1").fetchone()
    return None if row is None else _summary(row)


def _insert(db: sqlite3.Connection, told: Told, label: Label, number: int | None) -> None:
    columns = {
        "number": number,
        "side_id": told.side_id,
        "started_at": told.started_at,
        "source": told.source,
        "name": told.name,
        "duration_s": told.duration_s,
        "heard_s": told.heard_s,
        "rpm": told.rpm,
        "grade_label": told.grade.label,
        "grade_index": told.grade.index,
        "confidence": told.grade.confidence,
        "limited_by": told.grade.limited_by,
        "reason": told.grade.reason,
        "counts": json.dumps(told.counts),
        "measurements": json.dumps(told.measurements),
        **_sorted_by(label, told.name),
        **asdict(label),
    }
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    added = db.execute(f"INSERT INTO side ({names}) VALUES ({marks})", [*columns.values()])
    db.execute("INSERT INTO told VALUES (?, ?)", (added.lastrowid, zlib.compress(told.contract)))


def _sorted_by(label: Label, name: str | None) -> dict[str, str | None]:
    return {"record": record_of(label), "filed": filed(label, name)}


def _label(row: sqlite3.Row) -> Label:
    return Label(*(row[name] for name in FIELDS))


def _summary(row: sqlite3.Row) -> Summary:
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
        label=_label(row),
        has_sound=False,
    )
