"""Finished sides in files, for the page's service to take into its records."""

import gzip
import json
import os
from pathlib import Path

from runout.report.messages import Fields

MOST = 200
"""Files that wait for a page at most; then the oldest goes"""
SUFFIX = ".json.gz"


def hand_over(folder: Path, name: str, side: Fields) -> None:
    """Put a side, or a part of it, into the folder, whole or not at all; raise OSError if not.

    `name` is the file's without SUFFIX; one that is there already is replaced.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}{SUFFIX}"
    new = path.with_suffix(".new")
    try:
        with new.open("wb") as file:
            file.write(gzip.compress(json.dumps(side, allow_nan=False).encode("ascii"), 6, mtime=0))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    _make_room(folder)


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
