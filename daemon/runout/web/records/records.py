"""The sides that were heard, each told whole, with what people wrote on them."""

import json
import threading
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from runout.web.records.database import Database
from runout.web.records.label import Label, news, record_of
from runout.web.records.rows import (
    LISTED,
    find,
    find_last_heard,
    insert,
    label_of,
    relabel,
    summary_of,
)
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
from runout.web.records.side import Summary
from runout.web.records.told import read_told

_MANY = 1000
"""Sides that would rather not be fetched all to be put in order"""
MOST_PLAYS = 200
"""Of a record's side, the newest"""
_MOST_AHEAD = 100
"""Labels of sides that haven't ended; those of a box that was switched off amid one never do"""
_MOST_DELETED = 100
_CHUNK = 65_536
"""Bytes of what was told that are unpacked at a time"""


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


@dataclass(frozen=True, slots=True)
class Offer:
    """What a shop's listing tells of a side."""

    summary: Summary
    heard_s: float
    """Seconds of programme"""
    scale: str
    """That it is graded on"""


class Records:
    """All sides, in one file; safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Open the file, see Database."""
        self.database = Database(path)
        # A side of tens of thousands of events is tens of MB while it is read: one at a time.
        self._reading = threading.Lock()
        self._deleted: deque[str] = deque(maxlen=_MOST_DELETED)
        with self.database.read() as db:
            self._last_heard = find_last_heard(db)

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
        with self._reading:
            told = read_told(side_json, source, name)
        with self.database.write() as db:
            old = find(db, told.side_id, ", ear_label")
            ahead = db.execute(
                "DELETE FROM label_ahead WHERE side_id = ? RETURNING changes", (told.side_id,)
            ).fetchall()
            if old is None:
                label, ear_label = Label().changed(told.label), told.label
            else:
                label, ear_label = label_of(old), json.loads(old["ear_label"])
            for row in ahead:
                label = label.changed(json.loads(row["changes"]))
            if old is not None:
                db.execute("DELETE FROM side WHERE number = ?", (old["number"],))
            insert(db, told, label, ear_label, None if old is None else old["number"])
            last = find_last_heard(db)
        self._last_heard = last

    def summary(self, side_id: str) -> Summary | None:
        """Return what a list shows of a side; None where there is no such side."""
        with self.database.read() as db:
            row = find(db, side_id)
        return None if row is None else summary_of(row)

    def contract(self, side_id: str) -> Iterator[bytes] | None:
        """Return all that was told of a side, as JSON; None where there is no such side.

        Bit by bit: the events may be tens of thousands.
        """
        with self.database.read() as db:
            row = db.execute(
                f"SELECT {LISTED}, heard_s, contract FROM side JOIN told USING (number) "
                "WHERE side_id = ?",
                (side_id,),
            ).fetchone()
        if row is None:
            return None
        summary = summary_of(row)
        ours = {
            "side_id": summary.side_id,
            "record": summary.record,
            "started_at": summary.started_at,
            "source": summary.source,
            "name": summary.name,
            "heard_s": row["heard_s"],
            "label": asdict(summary.label),
        }
        return _put_together(ours, row["contract"])

    def offer(self, side_id: str) -> Offer | None:
        """Return what a listing tells of a side; None where there is no such side."""
        with self.database.read() as db:
            row = find(db, side_id, ", heard_s, scale")
        return None if row is None else Offer(summary_of(row), row["heard_s"], row["scale"])

    def write_on(self, side_id: str, changes: Mapping[str, str | None]) -> Summary | None:
        """Write on a side; return it as it is then, None where there is no such side."""
        with self.database.write() as db:
            row = find(db, side_id)
            if row is None:
                return None
            label = label_of(row).changed(changes)
            relabel(db, row, label)
            last = find_last_heard(db)
        self._last_heard = last
        return replace(summary_of(row), label=label, record=record_of(label))

    def tell_label(self, side_id: str, told: Mapping[str, str]) -> None:
        """Take what the ear was told that a side is; what it tells again changes nothing here.

        `told` has all of the ear's fields, an empty text where there is none.
        """
        with self.database.write() as db:
            row = find(db, side_id, ", ear_label")
            if row is None:
                return
            written = label_of(row)
            relabel(db, row, written.changed(news(told, json.loads(row["ear_label"]), written)))
            db.execute(
                "UPDATE side SET ear_label = ? WHERE number = ?",
                (json.dumps(dict(told)), row["number"]),
            )
            last = find_last_heard(db)
        self._last_heard = last

    def write_ahead(self, side_id: str, changes: Mapping[str, str | None]) -> Label | None:
        """Write on a side that isn't here yet; return all that was written on it so.

        None where it has come meanwhile, or is gone again.
        """
        with self.database.write() as db:
            if side_id in self._deleted or find(db, side_id) is not None:
                return None
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
            last = find_last_heard(db)
            if gone:
                self._deleted.append(side_id)
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
                f"SELECT {LISTED}, {key(wanted.sort)} AS sorted_by FROM side WHERE {where} "
                f"ORDER BY {order(wanted.sort)} LIMIT ?",
                (*values, limit + 1),
            ).fetchall()
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(
            sides=tuple(summary_of(row) for row in rows[:limit]),
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
                f"SELECT {LISTED}, heard_s, measurements FROM side WHERE record = ? "
                "ORDER BY started_at DESC, number DESC LIMIT ?",
                (record, MOST_PLAYS),
            ).fetchall()
        return [
            Play(summary_of(row), row["heard_s"], json.loads(row["measurements"]))
            for row in reversed(rows)
        ]


def _put_together(ours: Mapping[str, object], packed: bytes) -> Iterator[bytes]:
    """Yield one object of our fields and those that were told, as text."""
    yield json.dumps(ours).encode()[:-1] + b", "
    unpacking = zlib.decompressobj()
    # The first byte is the brace that ours has already.
    unpacking.decompress(packed, 1)
    while part := unpacking.decompress(unpacking.unconsumed_tail, _CHUNK):
        yield part
