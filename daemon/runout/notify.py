"""Tells systemd how the service is: ready, what it does, and that it isn't stuck.

The protocol is sd_notify(3): a datagram of lines to the socket that $NOTIFY_SOCKET names. Without
one, as when a person runs the command, nothing is sent.
"""

import os
import socket
import time
from collections.abc import Callable

from runout.errors import RunoutError

ALIVE_EVERY_S = 1.0
"""Seconds between two signs of life, and between two words on what is done"""


class Notifier:
    """The service's end of the talk with systemd; for one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises RunoutError where $NOTIFY_SOCKET names no socket that can be reached."""
        self._clock = clock
        self._socket: socket.socket | None = None
        self._is_ready = False
        self._alive_due_s = self._status_due_s = clock()
        self._status = ""
        address = os.environ.get("NOTIFY_SOCKET", "")
        if address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            # A systemd that is busy must not hold up the sound.
            self._socket.setblocking(False)
            try:
                # A leading '@' stands for the zero byte of an abstract address.
                self._socket.connect("\0" + address[1:] if address[0] == "@" else address)
            except OSError as error:
                raise RunoutError(f"$NOTIFY_SOCKET {address}: {error.strerror}") from error

    def ready(self) -> None:
        """The start is over: sound arrives, or a device is waited for. Said once."""
        if not self._is_ready:
            self._is_ready = self._send("READY=1")

    def alive(self) -> None:
        """Feed the watchdog; call it with every block, it is sent once a second."""
        now_s = self._clock()
        if now_s >= self._alive_due_s and self._send("WATCHDOG=1"):
            self._alive_due_s = now_s + ALIVE_EVERY_S

    def status(self, words: Callable[[], str]) -> None:
        """Say what is done, for `systemctl status`; asked for once a second, sent if it is new."""
        now_s = self._clock()
        if self._socket is None or now_s < self._status_due_s:
            return
        self._status_due_s = now_s + ALIVE_EVERY_S
        status = words()
        # A line is a message of its own: a name with a line break in it must not be READY=1.
        line = " ".join(status.split())
        if line != self._status and self._send(f"STATUS={line}"):
            self._status = line

    def stopping(self) -> None:
        """What was asked to stop does so."""
        self._send("STOPPING=1")

    def _send(self, line: str) -> bool:
        """Whether systemd has it; what it hasn't is said at the next opportunity."""
        if self._socket is None:
            return True
        try:
            self._socket.send(line.encode("utf-8", "replace"))
        except OSError:  # its queue is full, or systemd itself starts anew
            return False
        return True
