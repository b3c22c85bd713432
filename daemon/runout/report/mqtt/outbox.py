"""What the broker hasn't confirmed, on disk: a bounded SQLite file that outlives the process."""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runout.config import MqttSettings
from runout.places import state_folder
from runout.report.mqtt.outbox_file import COLUMNS, database, insert

IN_MEMORY = ":memory:"
"""The path that stands for no file (SQLite's own word)"""
MEMORY_BYTES = 8_000_000
"""Of messages at most where there is no file: a box has 512 MB for everything"""
BACK_TO_FILE_S = 60.0
"""Seconds until a file that couldn't be written, its disk full, is tried again"""
_TRIM_ROWS = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that must arrive."""

    number: int
    """Its place in the order in which letters are sent, over restarts too"""
    topic: str
    payload: str
    event: bool
    """An event, which makes room when the outbox is full; else a side, which never does"""


def default_path() -> Path:
    """`outbox.db` in the state directory."""
    return state_folder() / "outbox.db"


class Outbox:
    """Letters in order, in a file that only one process has; for one thread at a time.

    It never raises for what becomes of the file: one that can't be used is told in one warning,
    and memory takes its place; a corrupt one is moved aside. One that can't be written any more is
    left as it is, tried again now and then, and caught up with once it can.
    """

    def __init__(self, settings: MqttSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.dropped = 0
        """Events that made room for others"""
        self._clock = clock
        self._left: str | None = None
        """Path of the file that couldn't be written any more"""
        self._left_at_s = 0.0
        self._left_last = 0
        """Number of the newest letter that it may have"""
        self._forgotten: set[int] = set()
        """Numbers that it may have, and shouldn't"""
        self.last = 0
        self._most = settings.outbox_messages
        self._most_bytes = settings.outbox_mb * 1_000_000
        self._path = IN_MEMORY
        self._db = self._open(settings.outbox or str(default_path()))
        try:
            self._count, self._bytes, self.last = self._totals()
        except sqlite3.Error as error:
            self._leave(error)
            self._left = None  # nobody knows which numbers it has
            self._count, self._bytes, self.last = self._totals()

    def __len__(self) -> int:
        return self._count

    @property
    def size(self) -> int:
        """Bytes of payload in it."""
        return self._bytes

    @property
    def has_side(self) -> bool:
        """Whether a side is in it."""
        return bool(self._select("SELECT 1 FROM letter WHERE NOT event LIMIT ?", 1))

    @property
    def durable(self) -> bool:
        """Whether what is in it outlives the process."""
        return self._path != IN_MEMORY

    def beside(self, name: str) -> Path | None:
        """Where a file `name` outlives the process as this does; None where this doesn't."""
        return Path(self._path).with_name(name) if self.durable else None

    last: int
    """Number of the newest letter that was ever in it, or 0"""

    def keep(self, letters: Sequence[Letter]) -> bool:
        """Take letters, in order, all or none; the oldest events make room.

        Returns whether older ones have come back, with a file that can be written again.
        """
        back = self.revive()
        rows = [(one.number, one.topic, one.payload, one.event) for one in letters]
        while True:
            try:
                insert(self._db, rows)
                break
            except sqlite3.Error as error:
                self._leave(error)
        self.last = max(self.last, letters[-1].number)
        self._count += len(letters)
        self._bytes += sum(len(one.payload) for one in letters)
        self._trim()
        return back

    def revive(self, at_once: bool = False) -> bool:
        """Try a file again that couldn't be written, once it is time; call it often.

        Returns whether it is in use again, and older letters have come back with it.
        """
        due = at_once or self._clock() - self._left_at_s >= BACK_TO_FILE_S
        if self._left is None or not due:
            return False
        self._left_at_s = self._clock()
        rows = self._db.execute(f"SELECT {COLUMNS} FROM letter").fetchall()
        try:
            db = database(self._left)
            try:
                with db:
                    gone = [(number,) for number in self._forgotten]
                    db.executemany("DELETE FROM letter WHERE number = ?", gone)
                    insert(db, rows)
            except sqlite3.Error:
                db.close()
                raise
        except sqlite3.Error:
            return False  # as before, which was said
        self._db.close()
        self._db, self._path, self._left = db, self._left, None
        self._forgotten.clear()
        self._count, self._bytes, _ = self._totals()
        _log.info("MQTT: outbox %s can be written again", self._path)
        return True

    def after(self, number: int, most: int) -> list[Letter]:
        """The first letters with a higher number, `most` at most."""
        query = f"SELECT {COLUMNS} FROM letter WHERE number > ? ORDER BY number LIMIT ?"
        rows = self._select(query, number, most)
        return [Letter(n, topic, payload, bool(event)) for n, topic, payload, event in rows]

    def delete(self, sizes: Mapping[int, int]) -> None:
        """Forget letters: the length of each by its number."""
        if self._left is not None:
            self._forgotten.update(number for number in sizes if number <= self._left_last)
        self._delete(sizes)

    def close(self) -> None:
        """Let go of the file."""
        self.revive(at_once=True)
        self._db.close()

    def _delete(self, sizes: Mapping[int, int]) -> None:
        try:
            with self._db:
                for number, size in sizes.items():
                    gone = self._db.execute("DELETE FROM letter WHERE number = ?", (number,))
                    self._count -= gone.rowcount
                    self._bytes -= gone.rowcount * size
        except sqlite3.Error as error:
            self._leave(error)
            self.delete(sizes)

    def _trim(self) -> None:
        most_bytes = self._most_bytes if self.durable else min(MEMORY_BYTES, self._most_bytes)
        while self._count > self._most or self._bytes > most_bytes:
            over, over_bytes = self._count - self._most, self._bytes - most_bytes
            oldest: dict[int, int] = {}
            query = "SELECT number, length(payload) FROM letter WHERE event ORDER BY number LIMIT ?"
            for number, size in self._select(query, _TRIM_ROWS):
                if over <= 0 and over_bytes <= 0:
                    break
                oldest[number] = size
                over, over_bytes = over - 1, over_bytes - size
            if not oldest:
                return  # sides alone; these stay
            if not self.dropped:
                _log.warning("MQTT: the outbox is full; the oldest events make room")
            self.dropped += len(oldest)
            self._delete(oldest)

    def _select(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._leave(error)
            return self._db.execute(query, values).fetchall()

    def _totals(self) -> tuple[int, int, int]:
        query = "SELECT count(*), coalesce(sum(length(payload)), 0), coalesce(max(number), 0)"
        count, size, last = self._db.execute(f"{query} FROM letter").fetchone()
        return int(count), int(size), int(last)

    def _open(self, path: str) -> sqlite3.Connection:
        if path == IN_MEMORY:
            return database(IN_MEMORY)
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            try:
                db = database(path)
            except sqlite3.OperationalError:  # can't be opened, is locked
                raise
            except sqlite3.DatabaseError as error:  # is something else, or broken
                self._set_aside(path, error)
                db = database(path)
        except (OSError, sqlite3.Error) as error:
            _log.warning(
                "MQTT: outbox %s can't be used (%s); what the broker misses is kept in memory",
                path,
                error,
            )
            return database(IN_MEMORY)
        self._path = path
        return db

    def _leave(self, error: sqlite3.Error) -> None:
        """Go on without the file after an error: its disk is full, or gone, or it is broken."""
        if not self.durable:
            raise error
        path, self._path = self._path, IN_MEMORY
        broken = not isinstance(error, sqlite3.OperationalError)
        # What can be read must arrive; of what stays in the file, as much as memory has room for.
        rows = self._rows(self._most_bytes if broken else min(MEMORY_BYTES, self._most_bytes))
        self._db.close()
        if broken:
            self._db = self._begin_anew(path, error)
        else:
            _log.warning("MQTT: outbox %s: %s; going on in memory", path, error)
            self._left, self._left_at_s = path, self._clock()
            self._left_last = self.last
            self._db = database(IN_MEMORY)
        insert(self._db, rows)
        self._count, self._bytes, _ = self._totals()

    def _rows(self, most_bytes: int) -> list[tuple[Any, ...]]:
        """All sides, and the newest events; what can't be read is left out."""
        rows: list[tuple[Any, ...]] = []
        size = 0
        # From both ends, to what is broken between.
        for order in ("ASC", "DESC"):
            query = f"SELECT {COLUMNS} FROM letter WHERE NOT event ORDER BY number {order}"
            with contextlib.suppress(sqlite3.Error):
                rows.extend(self._db.execute(query))
        with contextlib.suppress(sqlite3.Error):
            query = f"SELECT {COLUMNS} FROM letter WHERE event ORDER BY number DESC"
            for row in self._db.execute(query):
                size += len(row[2])
                if size > most_bytes:
                    break
                rows.append(row)
        return rows

    def _begin_anew(self, path: str, error: sqlite3.Error) -> sqlite3.Connection:
        try:
            self._set_aside(path, error)
        except OSError as stuck:
            _log.warning("MQTT: outbox %s: %s (%s); going on in memory", path, error, stuck)
            return database(IN_MEMORY)
        return self._open(path)

    def _set_aside(self, path: str, error: sqlite3.Error) -> None:
        aside = f"{path}.broken"
        Path(path).replace(aside)
        _log.warning("MQTT: outbox %s: %s; moved to %s, a new one is begun", path, error, aside)
        for part in ("-wal", "-shm"):
            Path(path + part).unlink(missing_ok=True)
