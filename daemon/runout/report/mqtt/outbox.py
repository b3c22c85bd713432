"""What the broker hasn't confirmed, on disk: a bounded SQLite file that outlives the process."""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runout.config import MqttSettings

IN_MEMORY = ":memory:"
"""The path that stands for no file (SQLite's own word)"""
MEMORY_BYTES = 8_000_000
"""Bytes of messages kept at most where there is no file: a box has 512 MB for everything"""
_TRIM_ROWS = 500
_COLUMNS = "number, topic, payload, event"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS letter (
    number INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload TEXT NOT NULL, event INTEGER NOT NULL
)
"""

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
    """`outbox.db` in systemd's state directory, or else in the user's."""
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    if given:
        return Path(given, "outbox.db")
    state_home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(state_home, "runout", "outbox.db")


class Outbox:
    """Letters in order, in a file that only one process has; for one thread at a time.

    It never raises for what becomes of the file: one that can't be used is told in one warning,
    and memory takes its place; a corrupt one is moved aside.
    """

    def __init__(self, settings: MqttSettings) -> None:
        self.dropped = 0
        """Events that made room for others"""
        self._most = settings.outbox_messages
        self._most_bytes = settings.outbox_mb * 1_000_000
        self._path = IN_MEMORY
        self._db = self._open(settings.outbox or str(default_path()))
        self._count, self._bytes, self.last = self._totals()

    def __len__(self) -> int:
        return self._count

    @property
    def durable(self) -> bool:
        """Whether what is in it outlives the process."""
        return self._path != IN_MEMORY

    last: int
    """Number of the newest letter that was ever in it, or 0"""

    def keep(self, letters: Sequence[Letter]) -> None:
        """Take letters, in order, all or none; the oldest events make room."""
        rows = [(one.number, one.topic, one.payload, one.event) for one in letters]
        while True:
            try:
                _insert(self._db, rows)
                break
            except sqlite3.Error as error:
                self._leave(error)
        self.last = letters[-1].number
        self._count += len(letters)
        self._bytes += sum(len(one.payload) for one in letters)
        self._trim()

    def after(self, number: int, most: int) -> list[Letter]:
        """The first letters with a higher number, `most` at most."""
        query = f"SELECT {_COLUMNS} FROM letter WHERE number > ? ORDER BY number LIMIT ?"
        rows = self._select(query, number, most)
        return [Letter(n, topic, payload, bool(event)) for n, topic, payload, event in rows]

    def delete(self, sizes: Mapping[int, int]) -> None:
        """Forget letters: the length of each by its number."""
        try:
            with self._db:
                for number, size in sizes.items():
                    gone = self._db.execute("DELETE FROM letter WHERE number = ?", (number,))
                    self._count -= gone.rowcount
                    self._bytes -= gone.rowcount * size
        except sqlite3.Error as error:
            self._leave(error)

    def close(self) -> None:
        """Let go of the file; one with nothing in it takes no more than a page or two."""
        self._db.close()

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
            self.delete(oldest)

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
            return _database(IN_MEMORY)
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            try:
                db = _database(path)
            except sqlite3.OperationalError:  # can't be opened, is locked
                raise
            except sqlite3.DatabaseError as error:  # is something else, or broken
                self._set_aside(path, error)
                db = _database(path)
        except (OSError, sqlite3.Error) as error:
            _log.warning(
                "MQTT: outbox %s can't be used (%s); what the broker misses is kept in memory",
                path,
                error,
            )
            return _database(IN_MEMORY)
        self._path = path
        return db

    def _leave(self, error: sqlite3.Error) -> None:
        """Go on without the file after an error: its disk is full, or gone, or it is broken."""
        if not self.durable:
            raise error
        path, self._path = self._path, IN_MEMORY
        rows = []
        with contextlib.suppress(sqlite3.Error):  # what can still be read must still arrive
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM letter").fetchall()
        self._db.close()
        if isinstance(error, sqlite3.OperationalError):
            _log.warning("MQTT: outbox %s: %s; going on in memory", path, error)
            self._db = _database(IN_MEMORY)
        else:
            self._set_aside(path, error)
            self._db = self._open(path)
        _insert(self._db, rows)
        self._count, self._bytes, _ = self._totals()

    def _set_aside(self, path: str, error: sqlite3.Error) -> None:
        aside = f"{path}.broken"
        _log.warning("MQTT: outbox %s: %s; moved to %s, a new one is begun", path, error, aside)
        Path(path).replace(aside)
        for part in ("-wal", "-shm"):
            Path(path + part).unlink(missing_ok=True)


def _insert(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    with db:
        db.executemany(f"INSERT OR REPLACE INTO letter ({_COLUMNS}) VALUES (?, ?, ?, ?)", rows)


def _database(path: str) -> sqlite3.Connection:
    # One thread at a time, but not always the same one.
    db = sqlite3.connect(path, timeout=1.0, check_same_thread=False)
    try:
        # Whoever has the file keeps others off it: two daemons would both send what is in it.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        # A kill loses nothing that was committed, a power cut at most the last moments; in return
        # the card is written to once, without waiting, and synced at checkpoints only.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA journal_size_limit = 1000000")
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        with db:
            db.execute(_SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db
