"""Says what is heard, as it is heard, to the page's service, if it is there.

It is told by datagrams to a Unix socket that the page binds: who writes to one waits for nobody.
"""

import errno
import json
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from runout.report.messages import Fields

SOCKET, SOUND_SOCKET = "live", "sound"
"""Names, in the runtime folder, of the socket that is there while the page runs, and of the one
that is while somebody looks at the sound"""
AGAIN_S = 1.0
"""Seconds between two looks for a page that isn't there"""
MOST_PENDING = 300
"""Words that wait for a page that is slow; then the oldest is lost"""
_FULL = (errno.EAGAIN, errno.ENOBUFS)


class Live:
    """The ear's end; for one thread."""

    def __init__(
        self,
        path: Path | None,
        welcome: Callable[[], tuple[str, Fields]] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`path` is the page's socket, or None for no page.

        `welcome` is what a page is told that wasn't there before.
        """
        self._path = path
        self._welcome = welcome
        self._clock = clock
        self._socket: socket.socket | None = None
        self._look_due_s = clock()
        self._pending: deque[bytes] = deque(maxlen=MOST_PENDING)
        self.missed = 0
        """Pictures of sound that a slow page didn't get"""

    @property
    def there(self) -> bool:
        """Whether a page listens; looked for once a second."""
        if self._socket is not None:
            return True
        now_s = self._clock()
        if self._path is None or now_s < self._look_due_s:
            return False
        self._look_due_s = now_s + AGAIN_S
        self._connect(self._path)
        return self._socket is not None

    def say(self, kind: str, fields: Fields) -> None:
        """Say something that mustn't be lost: it waits where the page is slow. Page or none."""
        if not self.there:
            return
        self._pending.append(_encoded(kind, fields))
        self._flush()

    def show(self, kind: str, fields: Fields) -> None:
        """Say something that is of no use later."""
        if self.there and not (self._flush() and self._send(_encoded(kind, fields))):
            self.missed += 1

    def close(self) -> None:
        """Say no more."""
        self._leave()
        self._path = None

    def _connect(self, path: Path) -> None:
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        opened.setblocking(False)
        try:
            opened.connect(str(path))
        except OSError:  # nobody is there, or one that was killed left its socket
            opened.close()
            return
        self._socket = opened
        if self._welcome is not None:
            self._pending.append(_encoded(*self._welcome()))
            self._flush()

    def _flush(self) -> bool:
        """Say what waits; whether nothing does any more."""
        while self._pending:
            if not self._send(self._pending[0]):
                return False
            self._pending.popleft()
        return True

    def _send(self, datagram: bytes) -> bool:
        if self._socket is None:
            return False
        try:
            self._socket.send(datagram)
        except OSError as error:
            if error.errno == errno.EMSGSIZE:
                return True  # too much for one datagram will be so tomorrow
            if error.errno not in _FULL:
                self._leave()
            return False
        return True

    def _leave(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._pending.clear()
        self._look_due_s = self._clock() + AGAIN_S


def _encoded(kind: str, fields: Fields) -> bytes:
    return json.dumps({"type": kind, **fields}, allow_nan=False, separators=(",", ":")).encode(
        "ascii"
    )
