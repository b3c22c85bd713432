"""One page on one state folder: two would take each other's sides and write over their records."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from runout.errors import RunoutError, SetupError

LOCK = "page.lock"
"""File in the state folder, locked while a page runs; the kernel unlocks it however that ends"""


@contextlib.contextmanager
def alone(state: Path) -> Iterator[None]:
    """Be the only page on a state folder.

    Raises RunoutError where another one is, which may end, and SetupError where the folder can't be
    used.
    """
    path = state / LOCK
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SetupError(f"{error.filename}: can't be used: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunoutError(f"{path}: another page runs on this folder's records") from None
        yield
    finally:
        os.close(lock)
