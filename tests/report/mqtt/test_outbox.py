import contextlib
import logging
import sqlite3
import stat
from pathlib import Path

import pytest

from runout.config import MqttSettings
from runout.report.mqtt.outbox import BACK_TO_FILE_S, MEMORY_BYTES, Letter, Outbox, default_path


def settings(path: Path | str, **others: int) -> MqttSettings:
    return MqttSettings("b", outbox=str(path), **others)


def event(number: int, size: int = 10) -> Letter:
    return Letter(number, "runout/box/event", "e" * size, True)


def side(number: int) -> Letter:
    return Letter(number, "runout/box/side", "side", False)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


def test_what_is_kept_is_there_after_a_restart_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "outbox.db"
    outbox = Outbox(settings(path))
    assert outbox.durable
    outbox.keep([event(1), side(2)])
    outbox.keep([event(3)])
    outbox.delete({1: 10})
    outbox.close()
    again = Outbox(settings(path))
    assert again.after(0, 10) == [side(2), event(3)]
    assert again.after(2, 10) == [event(3)]
    assert (len(again), again.last) == (2, 3)


def test_the_oldest_events_make_room_and_never_a_side(tmp_path: Path) -> None:
    outbox = Outbox(settings(tmp_path / "o.db", outbox_messages=100))
    outbox.keep([side(number) for number in range(1, 61)])
    outbox.keep([event(number) for number in range(61, 121)])
    assert [letter.number for letter in outbox.after(0, 1000)] == [
        *range(1, 61),
        *range(81, 121),
    ]
    assert outbox.dropped == 20
    outbox.keep([side(number) for number in range(121, 241)])
    kept = outbox.after(0, 1000)
    assert len(kept) == 180
    assert not any(letter.event for letter in kept)
    assert outbox.dropped == 60


def test_bytes_are_bounded_too(tmp_path: Path) -> None:
    outbox = Outbox(settings(tmp_path / "o.db", outbox_mb=1))
    for number in range(1, 21):
        outbox.keep([event(number, 100_000)])
    assert [letter.number for letter in outbox.after(0, 100)] == list(range(11, 21))
    assert outbox.dropped == 10


def test_memory_holds_less(caplog: pytest.LogCaptureFixture) -> None:
    outbox = Outbox(settings(":memory:"))
    assert not outbox.durable
    outbox.keep([event(number, MEMORY_BYTES // 10) for number in range(1, 16)])
    assert len(outbox) == 10
    assert warnings(caplog) == ["MQTT: the outbox is full; the oldest events make room"]


def test_where_nothing_can_be_written_memory_serves_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    outbox = Outbox(settings(in_the_way / "outbox.db"))
    outbox.keep([event(1)])
    outbox.keep([event(2)])
    assert outbox.after(0, 10) == [event(1), event(2)]
    assert not outbox.durable
    (warning,) = warnings(caplog)
    assert "kept in memory" in warning
    assert str(in_the_way) in warning


@pytest.mark.parametrize("content", [b"this is no database, but a shopping list\n" * 50, None])
def test_a_corrupt_file_is_moved_aside_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    path = tmp_path / "outbox.db"
    if content is None:  # a real one with a hole in it
        outbox = Outbox(settings(path))
        outbox.keep([event(number, 500) for number in range(1, 200)])
        outbox.close()
        raw = bytearray(path.read_bytes())
        raw[4096:8192] = b"\xff" * 4096
        content = bytes(raw)
    path.write_bytes(content)
    outbox = Outbox(settings(path))
    assert len(outbox) == 0
    outbox.keep([event(1)])
    outbox.close()
    assert len(Outbox(settings(path))) == 1
    (warning,) = warnings(caplog)
    assert "moved to" in warning
    assert Path(f"{path}.broken").read_bytes() == content


def test_two_processes_do_not_send_the_same_letters(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "outbox.db"
    first = Outbox(settings(path))
    first.keep([event(1)])
    second = Outbox(settings(path))
    assert not second.durable
    assert len(second) == 0
    assert "locked" in warnings(caplog)[0]
    first.close()


class FullDisk:
    """A connection whose disk is full from now on."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self._real = real

    def __enter__(self) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    def __exit__(self, *_: object) -> None: ...

    def execute(self, *arguments: object) -> sqlite3.Cursor:
        return self._real.execute(*arguments)

    def close(self) -> None:
        self._real.close()


def test_a_disk_that_is_full_loses_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = Outbox(settings(tmp_path / "o.db"))
    outbox.keep([event(1)])
    outbox._db = FullDisk(outbox._db)
    outbox.keep([event(2)])
    outbox.keep([event(3)])
    assert outbox.after(0, 10) == [event(1), event(2), event(3)]
    assert len(warnings(caplog)) == 1


def test_a_folder_that_may_not_be_written_is_no_crash(tmp_path: Path) -> None:
    folder = tmp_path / "sealed"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    # Root may write there all the same.
    outbox = Outbox(settings(folder / "o.db"))
    outbox.keep([event(1)])
    assert outbox.after(0, 10) == [event(1)]
    outbox.close()
    folder.chmod(0o700)


def test_the_file_is_in_the_state_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/runout:/var/lib/other")
    assert default_path() == Path("/var/lib/runout/outbox.db")
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setenv("XDG_STATE_HOME", "/home/me/state")
    assert default_path() == Path("/home/me/state/runout/outbox.db")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert default_path() == Path("/home/me/.local/state/runout/outbox.db")


def test_a_large_file_that_is_broken_somewhere_gives_what_can_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "o.db"
    outbox = Outbox(settings(path))
    outbox.keep([event(number, 4000) for number in range(1, 3001)])
    outbox.close()
    with path.open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"\xff" * 500_000)
    outbox = Outbox(settings(path))
    outbox.keep([event(9001)])
    left = outbox.after(0, 10_000)
    assert left[-1] == event(9001)
    assert set(left[:-1]) <= {event(number, 4000) for number in range(1, 3001)}
    assert len(outbox) == len(left) > 500
    assert len(warnings(caplog)) == 1
    outbox.close()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_disk_that_was_full_for_a_while_is_used_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    outbox = Outbox(settings(tmp_path / "o.db"), clock)
    outbox.keep([event(1, 3_000_000), event(2), side(3), event(4, 6_000_000)])
    outbox._db = FullDisk(outbox._db)  # type: ignore[assignment]
    assert not outbox.keep([event(5)])
    # Memory has room for the newest only; the others are still in the file.
    assert [letter.number for letter in outbox.after(0, 10)] == [2, 3, 4, 5]
    outbox.delete({2: 10, 5: 10})
    clock.now += BACK_TO_FILE_S
    assert outbox.keep([event(6)])
    assert outbox.durable
    assert [letter.number for letter in outbox.after(0, 10)] == [1, 3, 4, 6]
    assert len(outbox) == 4
    outbox.close()
    assert len(Outbox(settings(tmp_path / "o.db"))) == 4
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA user_version = 2",
        "ALTER TABLE letter ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'",
        "ALTER TABLE letter DROP COLUMN event",
    ],
)
def test_a_file_of_another_version_is_no_crash(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    path = tmp_path / "o.db"
    Outbox(settings(path)).close()
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute(change)
    outbox = Outbox(settings(path))
    outbox.keep([event(1)])
    assert outbox.after(0, 10) == [event(1)]
    assert len(warnings(caplog)) <= 1


def test_a_corrupt_file_that_can_not_be_moved_is_no_crash(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = Outbox(settings(tmp_path / "o.db"))
    outbox.keep([event(1)])

    def stuck(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    class Malformed(FullDisk):
        def __enter__(self) -> None:
            raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(Path, "replace", stuck)
    outbox._db = Malformed(outbox._db)  # type: ignore[assignment]
    outbox.keep([event(2)])
    assert outbox.after(0, 10) == [event(1), event(2)]
    assert not outbox.durable
    (warning,) = warnings(caplog)
    assert "Read-only" in warning
