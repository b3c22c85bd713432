"""The SQLite file of the records: opened, brought up to date, shared among threads."""

import logging
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from queue import Empty, LifoQueue

from runout.errors import RunoutError

_READERS = 4
"""Connections that read at once; more would only wait for the same cores"""
_CHECKED_BYTES = 8_000_000
"""A file of up to so many is looked through before it is used; a large one would hold up the start,
and what is broken in it shows as it is read"""
_BUSY_S = 5.0

_log = logging.getLogger(__name__)


class Database:
    """One file, with one writer and several readers at a time, from any thread."""

    def __init__(self, path: Path) -> None:
        """Open or make it; one that is broken is moved aside, and what can be read of it saved.

        Raises RunoutError, in one line, where it can't be used.
        """
        self._path = path
        self._lock = threading.Lock()
        self._readers: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._turns = threading.BoundedSemaphore(_READERS)
        self._writer = self._open()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to read by; what it reads is of one moment."""
        with self._turns:
            try:
                db = self._readers.get_nowait()
            except Empty:
                db = _connect(self._path)
            try:
                db.execute("BEGIN")
                yield db
            finally:
                db.execute("ROLLBACK")
                self._readers.put(db)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection that writes: all that is done with it holds, or none."""
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            while not self._readers.empty():
                self._readers.get_nowait().close()
            self._writer.close()

    def _open(self) -> sqlite3.Connection:
        try:
            try:
                return _opened(self._path)
            except sqlite3.OperationalError:  # no such folder, no rights, a full disk
                raise
            except sqlite3.DatabaseError as error:
                aside = _set_aside(self._path)
                _log.warning(
                    "records %s: %s; moved to %s, and a new one is begun", self._path, error, aside
                )
                db = _opened(self._path)
                _save(aside, db)
                return db
        except (OSError, sqlite3.Error) as error:
            raise RunoutError(f"records {self._path}: can't be used: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    # One thread at a time, but not always the same one.
    db = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
    # A text with damaged bytes in it is no reason to lose all others.
    db.text_factory = lambda raw: raw.decode(errors="replace")
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA cache_size = -1024")
    return db


def _opened(path: Path) -> sqlite3.Connection:
    small = not path.exists() or path.stat().st_size <= _CHECKED_BYTES
    # What is in it (sessions, prices) is nobody else's business.
    path.touch(mode=0o600)
    db = _connect(path)
    try:
        # Readers and the writer don't wait for each other.
        db.execute("PRAGMA journal_mode = WAL")
        # The ear's file of a side goes once it is in here, so it must be on the card by then.
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA journal_size_limit = 4000000")
        if small:
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(str(verdict).splitlines()[-1])
        _migrate(db, path)
    except sqlite3.OperationalError as error:
        db.close()
        # What is in the file, not the disk: no such column, an unknown format.
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise sqlite3.DatabaseError(str(error)) from error
        raise
    except (sqlite3.Error, RunoutError):
        db.close()
        raise
    return db


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    """Run the migrations that are newer than the file, each whole or not at all."""
    folder = resources.files("runout.web.records") / "migrations"
    named = ((re.match(r"(\d{4})_\w+\.sql", file.name), file) for file in folder.iterdir())
    steps = sorted((int(match[1]), file.read_text("utf-8")) for match, file in named if match)
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > steps[-1][0]:
        raise RunoutError(f"records {path}: of a newer Runout (layout {version})")
    for number, script in steps:
        if number > version:
            try:
                db.executescript(f"BEGIN IMMEDIATE;{script}PRAGMA user_version = {number};COMMIT;")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    for part in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + part).rename(aside.with_name(aside.name + part))
    return path.rename(aside)


def _save(broken: Path, db: sqlite3.Connection) -> None:
    """Bring over what can be read, from both ends to what is broken between."""
    saved = 0
    known = {row["name"] for row in db.execute("PRAGMA table_info (side)")}
    for order in ("ASC", "DESC"):
        try:
            old = _connect(broken)
            query = "SELECT side.*, contract FROM side JOIN told USING (number) ORDER BY number"
            for row in old.execute(f"{query} {order}"):
                saved += _saved({name: row[name] for name in known & {*row.keys()}}, row, db)
            old.close()
            break
        except sqlite3.Error:
            continue
    _log.warning("records: %d sides were saved from %s", saved, broken)


def _saved(columns: dict[str, object], row: sqlite3.Row, db: sqlite3.Connection) -> bool:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    try:
        db.execute("BEGIN")
        db.execute(f"INSERT INTO side ({names}) VALUES ({marks})", [*columns.values()])
        db.execute("INSERT INTO told VALUES (?, ?)", (row["number"], row["contract"]))
        db.execute("COMMIT")
    except sqlite3.Error:  # it is there already, or so damaged that it doesn't fit
        db.execute("ROLLBACK")
        return False
    return True
