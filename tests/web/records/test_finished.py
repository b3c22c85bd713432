import errno
import gzip
import json
import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runout.web.records.finished import Finished
from runout.web.records.label import Label
from runout.web.records.records import Records
from runout.web.records.search import Wanted
from web.sides import side_json


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "finished"
    folder.mkdir()
    return folder


def lay(folder: Path, side_id: str, raw: bytes | None = None, kind: str = "") -> Path:
    path = folder / f"{side_id}{kind}.json.gz"
    path.write_bytes(gzip.compress(side_json(side_id) if raw is None else raw))
    return path


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_lies_there_is_taken_over_and_gone(folder: Path, records: Records) -> None:
    told: list[str] = []
    lay(folder, "s1")
    lay(folder, "s2")
    Finished(folder, records, told.append).take()
    assert told == ["s1", "s2"]
    assert records.page(Wanted(source="ear")).total == 2
    assert list(folder.iterdir()) == []


def test_a_label_that_came_after_the_end_is_written_on_the_side(
    folder: Path, records: Records
) -> None:
    label = {"artist": "Can", "title": None, "side": "A", "catalogue": None, "note": None}
    lay(folder, "s1")
    lay(folder, "s1", json.dumps({"side_id": "s1", "label": label}).encode(), ".label")
    told: list[str] = []
    Finished(folder, records, told.append).take()
    assert told == ["s1", "s1"]
    summary = records.summary("s1")
    assert summary is not None
    assert (summary.label.artist, summary.label.side) == ("Can", "A")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no gzip",
        gzip.compress(b"{}"),
        gzip.compress(side_json())[:-30],
        gzip.compress(side_json()[:-1] + b', "peak_db": 1e999}'),
    ],
)
def test_what_is_no_side_is_put_aside_and_the_next_is_taken(
    folder: Path, records: Records, raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "s0.json.gz").write_bytes(raw)
    lay(folder, "s1")
    with caplog.at_level(logging.WARNING):
        Finished(folder, records, lambda _: None).take()
    assert records.page(Wanted()).total == 1
    assert [path.name for path in folder.iterdir()] == ["s0.json.gz.broken"]
    assert "s0.json.gz" in caplog.text


def test_a_bomb_is_not_unpacked(folder: Path, records: Records) -> None:
    lay(folder, "s0", b" " * 70_000_000)
    Finished(folder, records, lambda _: None).take()
    assert [path.name for path in folder.iterdir()] == ["s0.json.gz.broken"]


def test_while_the_disk_is_full_the_file_stays_and_that_is_said_once(
    folder: Path,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    lay(folder, "s1")
    finished = Finished(folder, records, lambda _: None)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(records, "add", full)
        finished.take()
        finished.take()
    assert caplog.text.count("disk is full") == 1
    assert (folder / "s1.json.gz").exists()
    finished.take()
    assert records.summary("s1") is not None


def test_a_file_that_can_not_be_read_holds_up_no_other(
    folder: Path, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "s0.json.gz").mkdir()  # which can't be read even by root
    lay(folder, "s1")
    finished = Finished(folder, records, lambda _: None)
    with caplog.at_level(logging.WARNING):
        finished.take()
        lay(folder, "s2")
        finished.take()
    assert records.page(Wanted()).total == 2
    assert caplog.text.count("Is a directory") == 1


@pytest.mark.parametrize("name", ["glob", "rename", "unlink"])
def test_what_the_disk_refuses_is_tried_again(
    folder: Path,
    records: Records,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    lay(folder, "s0", b"{}")
    lay(folder, "s1")
    finished = Finished(folder, records, lambda _: None)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(Path, name, refused)
        finished.take()
        finished.take()
    assert caplog.text.count("Too many open files") == 1
    finished.take()
    assert records.summary("s1") is not None
    assert [path.name for path in folder.iterdir()] == ["s0.json.gz.broken"]


def test_a_service_that_would_take_no_more_sides_ends(folder: Path, tmp_path: Path) -> None:
    lay(folder, "s1")
    code = (
        "import sys, time; from pathlib import Path; "
        "from runout.web.records.finished import Finished; "
        "from runout.web.records.records import Records; "
        "Finished(Path(sys.argv[1]), Records(Path(sys.argv[2])), lambda _: {}[0]).start(); "
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(folder), str(tmp_path / "other.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 1
    assert "the service ends" in done.stderr


def test_a_label_takes_nothing_away_that_was_typed_here(folder: Path, records: Records) -> None:
    lay(folder, "s1")
    finished = Finished(folder, records, lambda _: None)
    finished.take()
    records.write_on("s1", {"catalogue": "SPOON 023", "title": "Future Days"})
    label = {"artist": "Can", "title": None, "side": None, "catalogue": None, "note": None}
    lay(folder, "s1", json.dumps({"side_id": "s1", "label": label}).encode(), ".label")
    finished.take()
    summary = records.summary("s1")
    assert summary is not None
    assert summary.label == Label("Can", "Future Days", catalogue="SPOON 023")


def test_one_that_is_handed_over_again_meanwhile_is_not_lost(
    folder: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lay(folder, "s1")
    add = records.add

    def slowly(raw: bytes, source: str, name: str | None) -> None:
        add(raw, source, name)
        lay(folder, "new").replace(path)

    with monkeypatch.context() as patch:
        patch.setattr(records, "add", slowly)
        Finished(folder, records, lambda _: None).take()
    assert path.exists()


def test_it_looks_by_itself_for_a_folder_that_comes_later(tmp_path: Path, records: Records) -> None:
    told: list[str] = []
    folder = tmp_path / "later"
    finished = Finished(folder, records, told.append)
    finished.start()
    try:
        folder.mkdir()
        lay(folder, "s1").rename(folder / "s1.json.gz")
        wait_for(lambda: told == ["s1"])
        lay(folder, "s2")
        wait_for(lambda: told == ["s1", "s2"])
    finally:
        finished.stop()
