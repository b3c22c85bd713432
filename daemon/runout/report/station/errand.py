"""Work that waits for a disk, done beside the ear, which can't."""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable

LAST_S = 10.0
"""Seconds that a stop waits for what is still to be done"""
AGAIN_S = 60.0
"""Seconds until what went wrong is tried again"""

_log = logging.getLogger(__name__)


class Errands:
    """Does one thing after another in a thread of its own."""

    def __init__(self, name: str, most: int, keep: int = 0, again_s: float = AGAIN_S) -> None:
        """Take the thread's name; the thread begins with the first errand.

        At most `most` wait. Of those that went wrong, `keep` at most are tried again `again_s`
        later, and before any other, the oldest first; then the oldest is lost.
        """
        self._queue: queue.Queue[Callable[[], None] | None] = queue.Queue(most)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._keep = keep
        self._again_s = again_s
        self._undone: deque[Callable[[], None]] = deque()
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

    def close(self, within_s: float = LAST_S) -> None:
        """Do what waits, and no more, in so many seconds."""
        if self._thread.ident is None:
            return
        until_s = time.monotonic() + within_s
        try:
            self._queue.put(None, timeout=within_s)
        except queue.Full:  # a disk that hangs
            return
        self._thread.join(max(0.0, until_s - time.monotonic()))

    def _run(self) -> None:
        while True:
            try:
                do = self._queue.get(timeout=self._again_s if self._undone else None)
            except queue.Empty:
                self._try()
                continue
            if do is None:
                break
            self._undone.append(do)
            self._try()
        self._try()
        if self._undone:
            _log.warning("the listening station never got %d of its files", len(self._undone))

    def _try(self) -> None:
        """Do what is still to be done, up to what goes wrong."""
        while self._undone:
            try:
                self._undone[0]()
            except OSError as error:
                if not self._troubled:
                    again = f"; tried again every {self._again_s:g} s" if self._keep else ""
                    _log.warning("the listening station misses something: %s%s", error, again)
                self._troubled = True
                while len(self._undone) > self._keep:
                    self._undone.popleft()
                return
            self._troubled = False
            self._undone.popleft()
