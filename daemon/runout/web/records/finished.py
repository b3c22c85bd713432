"""Takes the sides over that the ear has written, as soon as they lie there."""

import logging
import os
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
_LARGEST = 24_000_000
"""Bytes of JSON; a side of 40,000 events is 8.4 MB. While it is read it takes several times that"""
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
        self._troubles: set[Path] = set()
        """What can't be read just now, of which it was said"""
        self._thread = threading.Thread(target=self._run, name="runout-finished", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; the file that is being read is read to its end."""
        self._stopping.set()
        self._thread.join()

    def take(self) -> None:
        """Take over what lies there, oldest first; what can't be yet stays, and is tried again."""
        try:
            paths = sorted(self._folder.glob(f"*{SUFFIX}"))
        except OSError as error:  # no file can be opened any more, or the disk is broken
            self._say(self._folder, error)
            return
        self._troubles &= {*paths}
        for path in paths:
            if self._stopping.is_set():
                return
            try:
                self._take_over(path)
            except OSError as error:  # of this file: the next may be well
                self._say(path, error)
            except sqlite3.Error as error:  # a full disk, mostly: no other would go in either
                self._say(path, error)
                return
            else:
                self._troubles.discard(path)

    def _run(self) -> None:
        try:
            self._watch()
        finally:
            if not self._stopping.is_set():
                # A page that shows no side that ends must not look healthy.
                _log.critical("the thread that takes sides over broke; the service ends with it")
                os._exit(1)

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

    def _take_over(self, path: Path) -> None:
        read = path.stat()
        try:
            if path.name.endswith(LABEL_SUFFIX):
                self._records.tell_label(*read_label(_unpacked(path)))
            else:
                self._records.add(_unpacked(path), "ear", None)
        except ToldError as error:
            path.rename(f"{path}.broken")
            _log.warning("records: %s: %s; moved to %s.broken", path, error, path.name)
            return
        # One that was labelled meanwhile has been handed over again.
        with suppress(FileNotFoundError):  # or the ear has made room
            if path.stat().st_ino == read.st_ino:
                path.unlink()
        self._told(path.name.removesuffix(LABEL_SUFFIX).removesuffix(SUFFIX))

    def _say(self, path: Path, error: Exception) -> None:
        if path not in self._troubles:
            _log.warning("records: %s can't be taken over yet: %s", path, error)
        self._troubles.add(path)


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
