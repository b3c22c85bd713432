"""The SQLite file that an outbox is: opened, looked through, written to."""

import sqlite3
from collections.abc import Sequence
from typing import Any

COLUMNS = "number, topic, payload, event"
_VERSION = 1
"""Of the file's layout, in SQLite's user_version"""
_CHECKED_PAGES = 2048
"""Of 4 kB: a file of up to 8 MB is looked through before it is used"""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS letter (
    number INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload TEXT NOT NULL, event INTEGER NOT NULL
)
"""


def insert(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of COLUMNS, all or none."""
    with db:
        db.executemany(f"INSERT OR REPLACE INTO letter ({COLUMNS}) VALUES (?, ?, ?, ?)", rows)


def database(path: str) -> sqlite3.Connection:
    """Open the file, and keep others off it; raises sqlite3.Error where that can't be."""
    # One thread at a time, but not always the same one.
    db = sqlite3.connect(path, timeout=1.0, check_same_thread=False)
    # A text with damaged bytes in it is no reason to lose all others.
    db.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        # Whoever has the file keeps others off it: two daemons would both send what is in it.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        # A kill loses nothing that was committed, a power cut at most the last moments; in return
        # the card is written to once, without waiting, and synced at checkpoints only.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA journal_size_limit = 1000000")
        # A large one would hold up the first sound; what is broken in it shows as it is read.
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        if pages <= _CHECKED_PAGES:
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict.splitlines()[-1])
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise sqlite3.DatabaseError(f"of a newer Runout (layout {version})")
        with db:
            db.execute(_SCHEMA)
            db.execute(f"PRAGMA user_version = {_VERSION}")
        db.execute(f"SELECT {COLUMNS} FROM letter LIMIT 0")
    except sqlite3.OperationalError as error:
        db.close()
        # Not the disk's or another process's doing, but what is in the file: no such column, an
        # unknown format.
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise sqlite3.DatabaseError(str(error)) from error
        raise
    except UnicodeDecodeError as error:  # of SQLite's message, which tells a damaged table's name
        db.close()
        raise sqlite3.DatabaseError("its tables are damaged") from error
    except sqlite3.Error:
        db.close()
        raise
    return db
