"""Finished sides in files, for the page's service to take into its records."""

import gzip
import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from runout.report.messages import Fields, rounded, side_fields
from runout.side.fewer import MOST_EVENTS, with_fewer
from runout.side.side import SideEnded
from runout.whole_file import write_whole

MOST = 200
"""Files that wait for a page at most; then the oldest goes"""
FOLDER = "finished"
"""Of theirs, in the state folder"""
SUFFIX = ".json.gz"
HANDED = "handed-over"
"""File, in the state folder, with the ids of the last sides that were, one a line"""
_NOTED = 16
"""Of them: what MQTT knows as the last side after a kill may be one before"""


class HandOver:
    """Puts a side, or a part of it, into the folder, whole or not at all; each time it is called.

    Raises OSError where that can't be; one that is there already is replaced.
    """

    def __init__(
        self, state: Path, name: str, tell: Callable[[], Fields], *, side_id: str | None = None
    ) -> None:
        """`tell` is called once, and tells what goes into the file `name`, but for SUFFIX.

        `side_id` is of the side that is told whole; None where a part is.
        """
        self._state = state
        self._path = state / FOLDER / f"{name}{SUFFIX}"
        self._side_id = side_id
        self._tell: Callable[[], Fields] | None = tell
        self._packed = b""

    def __call__(self) -> None:
        """Try it."""
        if self._tell is not None:
            # Packed, a side that waits for a disk takes little.
            text = json.dumps(self._tell(), allow_nan=False)
            self._packed = gzip.compress(text.encode("ascii"), 6, mtime=0)
            self._tell = None
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        try:
            with new.open("wb") as file:
                file.write(self._packed)
                file.flush()
                os.fsync(file.fileno())
            # From here on, a start after a kill finds it, and tells no less in its place.
            if self._side_id is not None:
                _note(self._state, self._side_id)
            new.replace(self._path)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        _make_room(self._path.parent)


def take_up(state: Path, last: Fields | None, device_id: str) -> None:
    """Hand over what a kill, or a disk that was full to the end, has kept from being.

    `last` is the last side as MQTT tells it: handed over without its defects, which are lost, where
    the side isn't. Raises OSError where that can't be.
    """
    side_id = None if last is None else str(last["side_id"])
    for new in (state / FOLDER).glob("*.new"):
        named = new.with_suffix(".gz")
        if not _is_whole(new):
            new.unlink(missing_ok=True)
            continue
        if named.name == f"{side_id}{SUFFIX}":
            _note(state, str(side_id))
        new.replace(named)
    if last is None or side_id in _handed(state):
        return
    parts = cast(list[dict[str, Any]], last.get("parts") or [])
    start_s = parts[0]["start_s"] if parts else 0.0
    side = from_needle_down(last | {"events": []}, start_s)
    whose: Fields = {"device_id": device_id, "source": "ear"}
    HandOver(state, str(side_id), lambda: side | whose, side_id=side_id)()


def told_whole(side: SideEnded) -> Fields:
    """Return what the contract tells of a side, times counted from its needle-down."""
    kept = with_fewer(side, MOST_EVENTS)
    return from_needle_down(side_fields(kept), side.time_s) | {
        "heard_s": rounded(side.heard_s, 1),
        "events_left_out": len(side.events) - len(kept.events),
    }


def from_needle_down(side: Fields, time_s: float) -> Fields:
    """Return a side's fields with its times counted from `time_s`, not from the source's start.

    A source runs for days; who looks at a side wants to know where in the groove it is.
    """

    def moved(key: str, digits: int, *times: str) -> Fields:
        rows = cast(list[dict[str, Any]], side.get(key) or [])
        # An episode may have begun before the needle was quite down.
        return {
            key: [
                row | {name: rounded(max(0.0, row[name] - time_s), digits) for name in times}
                for row in rows
            ]
        }

    return (
        side
        | moved("events", 4, "time_s")
        | moved("parts", 2, "start_s", "end_s")
        | moved("tracks", 2, "start_s", "end_s")
    )


def _is_whole(new: Path) -> bool:
    """Whether a file that never got its name was written to its end."""
    try:
        gzip.decompress(new.read_bytes())
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return False
    return True


def _handed(state: Path) -> list[str]:
    try:
        return (state / HANDED).read_text(encoding="utf-8", errors="replace").split()
    except FileNotFoundError:
        return []


def _note(state: Path, side_id: str) -> None:
    before = [one for one in _handed(state) if one != side_id]
    write_whole(state / HANDED, "\n".join([*before, side_id][-_NOTED:]))


def _make_room(folder: Path) -> None:
    for cut_short in folder.glob("*.new"):
        cut_short.unlink(missing_ok=True)
    # A side's id begins with its time, but a box's clock may have jumped: what counts is which was
    # written first.
    waiting = sorted(folder.glob(f"*{SUFFIX}"), key=_written)
    for path in waiting[:-MOST]:
        path.unlink(missing_ok=True)


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # the page has just taken it
        return 0
