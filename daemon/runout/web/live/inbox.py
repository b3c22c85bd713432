"""A socket in the runtime folder that the ear talks to, and who reads it."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from runout.errors import RunoutError

LARGEST = 256 * 1024
"""Bytes of a datagram"""
AT_ONCE = 64
"""Datagrams between two looks at all else that the loop has to do"""


class Inbox:
    """Is there, for the ear to see, from `open` to `close`, both within a running event loop."""

    def __init__(self, path: Path, take: Callable[[bytes], None]) -> None:
        """Have `take` called with each datagram."""
        self._path = path
        self._take = take
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inode = 0

    def open(self) -> None:
        """Bind it, in place of one that a killed page left; raise RunoutError if that can't be."""
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        listening.setblocking(False)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            listening.bind(str(self._path))
            self._path.chmod(0o600)
            self._inode = self._path.stat().st_ino
        except OSError as error:
            listening.close()
            reason = error.strerror or error
            raise RunoutError(f"{self._path}: the ear can't be listened to: {reason}") from error
        self._socket = listening
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(listening, self._read)

    def close(self) -> None:
        """Take it away."""
        if self._socket is None or self._loop is None:
            return
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self._socket = self._loop = None
        # Another page that was started since has put its own there.
        with contextlib.suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()

    def _read(self) -> None:
        for _ in range(AT_ONCE):
            # Whoever takes one may have closed us.
            if self._socket is None:
                return
            try:
                raw = self._socket.recv(LARGEST)
            except BlockingIOError:
                return
            self._take(raw)
