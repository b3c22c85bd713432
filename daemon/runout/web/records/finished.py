"""Takes the sides over that the ear has written, as soon as they lie there."""

import logging
import sqlite3
import threading
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from runout.web.records.records import Records
from runout.web.records.told import ToldError, read_label

SUFFIX = ".json.gz"
LABEL_SUFFIX = ".label.json.gz"
"""... of what the ear was told that a side is, after it had ended"""
_LOOK_S = 0.5
_SCAN_S = 30.0
"""A folder's time is as coarse as the kernel's tick: what came within one shows by then"""
_LARGEST = 64_000_000
"""Bytes of JSON; a side of shellac with 30,000 ticks is 7 MB"""
_GZIP = 31
"""zlib's window bits for a gzip file"""

_log = logging.getLogger(__name__)


class Finished:
    """A thread that empties the folder into the records."""

    def __init__(self, folder: Path, records: Records, told: Callable[[str], None]) -> None:
        """`told` is told, from the thread, the id of each side that was taken over."""
        self._folder = folder
        self._records = records
        self._told = told
        self._stopping = threading.Event()
        self._failed = False
        self._thread = threading.Thread(target=self._watch, name="runout-finished", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; the file that is being read is read to its end."""
        self._stopping.set()
        self._thread.join()

    def take(self) -> None:
        """Take over what lies there, oldest first."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            if self._stopping.is_set() or not self._taken(path):
                return

    def _watch(self) -> None:
        seen, looks = -1, 0
        while not self._stopping.is_set():
            try:
                changed = self._folder.stat().st_mtime_ns
            except OSError:  # there was no side yet
                changed = -1
            if changed != seen or looks * _LOOK_S >= _SCAN_S:
                seen, looks = changed, 0
                self.take()
            looks += 1
            self._stopping.wait(_LOOK_S)

    def _taken(self, path: Path) -> bool:
        """Whether there is reason to go on with the next."""
        try:
            read = path.stat()
            if path.name.endswith(LABEL_SUFFIX):
                _write_on(self._records, _unpacked(path))
            else:
                self._records.add(_unpacked(path), "ear", None)
        except ToldError as error:
            _log.warning("records: %s: %s; moved to %s.broken", path, error, path.name)
            path.rename(f"{path}.broken")
            return True
        except (OSError, sqlite3.Error) as error:
            # A full disk: the file stays, and is tried again.
            if not self._failed:
                _log.warning("records: %s can't be taken over yet: %s", path, error)
            self._failed = True
            return False
        self._failed = False
        # One that was labelled meanwhile has been handed over again.
        with suppress(FileNotFoundError):  # or the ear has made room
            if path.stat().st_ino == read.st_ino:
                path.unlink()
        self._told(path.name.removesuffix(LABEL_SUFFIX).removesuffix(SUFFIX))
        return True


def _write_on(records: Records, label_json: bytes) -> None:
    side_id, changes = read_label(label_json)
    records.write_on(side_id, changes)


def _unpacked(path: Path) -> bytes:
    """The JSON in a gzip file; raises ToldError where there is none, or far too much."""
    unpacking = zlib.decompressobj(_GZIP)
    try:
        text = unpacking.decompress(path.read_bytes(), _LARGEST)
    except zlib.error as error:
        raise ToldError("not a gzip file") from error
    if not unpacking.eof:
        raise ToldError("cut off, or too large")
    return text
