import logging
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from runout.errors import RunoutError
from runout.web.records.database import Database
from runout.web.records.records import Records
from web.sides import side_json


def count(db: Database) -> int:
    with db.read() as reader:
        return int(reader.execute("SELECT count(*) FROM secret").fetchone()[0])


def put(db: sqlite3.Connection, name: str) -> None:
    db.execute("INSERT INTO secret VALUES (?, 'x')", (name,))


def test_it_is_nobody_elses_to_read(tmp_path: Path) -> None:
    Database(tmp_path / "records.db").close()
    assert (tmp_path / "records.db").stat().st_mode & 0o077 == 0


def test_what_is_written_is_there_after_a_restart(tmp_path: Path) -> None:
    db = Database(tmp_path / "records.db")
    with db.write() as writer:
        put(writer, "a")
    db.close()
    assert count(Database(tmp_path / "records.db")) == 1


def test_what_goes_wrong_leaves_nothing_behind(tmp_path: Path) -> None:
    db = Database(tmp_path / "records.db")
    with db.write() as writer:
        put(writer, "a")
    with pytest.raises(sqlite3.IntegrityError), db.write() as writer:
        writer.executemany("INSERT INTO secret VALUES (?, 'x')", [("b",), ("a",)])
    assert count(db) == 1
    with db.write() as writer:
        put(writer, "b")
    assert count(db) == 2


def test_a_reader_sees_one_moment_while_another_writes(tmp_path: Path) -> None:
    db = Database(tmp_path / "records.db")
    with db.read() as reader:
        query = "SELECT count(*) FROM secret"
        before = reader.execute(query).fetchone()[0]
        with db.write() as writer:
            put(writer, "a")
        assert reader.execute(query).fetchone()[0] == before
    assert count(db) == 1


def test_many_threads_read_and_write(tmp_path: Path) -> None:
    db = Database(tmp_path / "records.db")

    def work(number: int) -> None:
        for turn in range(10):
            with db.write() as writer:
                put(writer, f"{number}-{turn}")
            count(db)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(db) == 120


def test_a_newer_runouts_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    Database(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 999")
    before = path.read_bytes()
    with pytest.raises(RunoutError, match="newer Runout"):
        Database(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_none_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(RunoutError, match="can't be used"):
        Database(tmp_path / "none" / "records.db")


def test_something_else_is_moved_aside_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(b"a shopping list\n" * 100)
    with caplog.at_level(logging.WARNING):
        db = Database(path)
    assert count(db) == 0
    assert (tmp_path / "records.db.broken-1").read_bytes().startswith(b"a shopping list")
    assert "moved to" in caplog.text


def test_of_a_damaged_file_is_saved_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    records = Records(path)
    for number in range(40):
        noise = os.urandom(9000).hex()  # it takes pages of its own
        records.add(side_json(f"s{number}", noise=noise), "ear", None)
    records.write_on("s39", {"artist": "Can"})
    records.close()
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 3 * 4096] = b"\xaa" * (3 * 4096)
    path.write_bytes(raw)
    damaged = Records(path)
    with damaged.database.read() as db:
        saved = {row[0] for row in db.execute("SELECT side_id FROM side")}
    assert (tmp_path / "records.db.broken-1").exists()
    assert 20 <= len(saved) < 40
    last = damaged.summary("s39")
    assert last is not None
    assert last.label.artist == "Can"
