"""One ear and one page on a state folder: two would write over what the other keeps there."""

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from runout.errors import RunoutError, SetupError

_log = logging.getLogger(__name__)

EAR_LOCK = "ear.lock"
"""File in the state folder, locked while an ear listens that keeps something there"""
PAGE_LOCK = "page.lock"
"""... while a page runs"""


@contextlib.contextmanager
def only_ear(state: Path) -> Iterator[None]:
    """Be the only ear on a state folder.

    Raises RunoutError where another one is, which may end. Where the folder can't be locked, which
    is said, an ear goes on: it is there to listen.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_alone(state / EAR_LOCK, "another ear listens on this folder"))
        except OSError as error:
            _log.warning(
                "%s: can't be locked (%s); nothing keeps a second ear away",
                state / EAR_LOCK,
                error.strerror,
            )
        yield


@contextlib.contextmanager
def only_page(state: Path) -> Iterator[None]:
    """Be the only page on a state folder.

    Raises RunoutError where another one is, which may end, and SetupError where the folder can't be
    used.
    """
    with contextlib.ExitStack() as stack:
        words = "another page runs on this folder's records"
        try:
            stack.enter_context(_alone(state / PAGE_LOCK, words))
        except OSError as error:
            # Where the file system knows no locks, the error names no file.
            path = error.filename or state / PAGE_LOCK
            raise SetupError(f"{path}: can't be used: {error.strerror}") from error
        yield


@contextlib.contextmanager
def _alone(lock: Path, words: str) -> Iterator[None]:
    """Hold the file `lock`; the kernel lets go of it however we end, kill -9 included.

    Raises RunoutError, in `words` and with the process that has it, where that is another one, and
    OSError where there can be no such file.
    """
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunoutError(f"{lock}: {words}{_holder(held)}") from None
        # For whom it keeps out to read. A full disk has no room for it, and locks all the same.
        with contextlib.suppress(OSError):
            os.ftruncate(held, 0)
            os.write(held, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(held)


def _holder(held: int) -> str:
    """The process that has the lock, as it wrote it there."""
    said = os.pread(held, 32, 0).strip()
    return f": process {said.decode('ascii')}" if said.isdigit() else ""
