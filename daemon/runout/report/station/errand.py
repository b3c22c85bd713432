"""Work that waits for a disk, done beside the ear, which can't."""

import logging
import queue
import threading
from collections.abc import Callable

LAST_S = 3.0
"""Seconds that a stop waits for what is still to be done"""

_log = logging.getLogger(__name__)


class Errands:
    """Does one thing after another in a thread of its own; at most so many wait."""

    def __init__(self, name: str, most: int) -> None:
        """Take the thread's name; the thread begins with the first errand."""
        self._queue: queue.Queue[Callable[[], None] | None] = queue.Queue(most)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._troubled = False

    def send(self, do: Callable[[], None]) -> bool:
        """Have something done soon; False where too much waits, and it never is.

        An OSError of it is said once, until something goes well again.
        """
        if self._thread.ident is None:
            self._thread.start()
        try:
            self._queue.put_nowait(do)
        except queue.Full:
            return False
        return True

    def close(self) -> None:
        """Do what waits, and no more."""
        if self._thread.ident is None:
            return
        try:
            self._queue.put(None, timeout=LAST_S)
        except queue.Full:  # a disk that hangs
            return
        self._thread.join(LAST_S)

    def _run(self) -> None:
        while (do := self._queue.get()) is not None:
            try:
                do()
            except OSError as error:
                if not self._troubled:
                    _log.warning("the listening station misses something: %s", error)
                self._troubled = True
            else:
                self._troubled = False
