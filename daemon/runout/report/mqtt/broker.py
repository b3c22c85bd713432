"""An MQTT broker of our own, for when none is configured: iotcore in a child process."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from runout.errors import RunoutError

LOOPBACK = "127.0.0.1"
START_S = 10.0
"""Seconds that it may take to listen; 0.4 is usual"""
_ATTEMPTS = 3
"""Ports to try: another program may take a free one before the broker does"""
_POLL_S = 0.02
_STOP_S = 5.0

# Run by its path and with -P, so that the child finds iotcore where we do and nothing of the
# folder that the user stands in.
_CHILD = [sys.executable, "-P", str(Path(__file__).with_name("broker_child.py"))]


class EmbeddedBroker:
    """A broker on a free port of the loopback, from `with` to its end or ours, whichever is first.

    iotcore has a Broker of its own; ours differs in that Ctrl-C at the terminal passes it by, so
    that it is still there for the daemon's last word, and in that it leaves the terminal alone.
    """

    def __init__(self) -> None:
        self.host = LOOPBACK
        self.port = 0
        """TCP port, once started"""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it listens; raise RunoutError where it doesn't."""
        status: int | None = None
        for _ in range(_ATTEMPTS):
            self.port = _free_port()
            self._process = subprocess.Popen(
                [*_CHILD, self.host, str(self.port)],
                # The child ends when this pipe does, however we end.
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if self._listens():
                return self
            status = self._process.poll()
            self._stop()
        how = "doesn't listen" if status is None else f"ended with status {status}"
        raise RunoutError(
            f"the embedded MQTT broker {how} on {self.host}:{self.port}; is iotcore installed?"
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._stop()

    def _listens(self) -> bool:
        assert self._process is not None
        deadline = time.monotonic() + START_S
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection((self.host, self.port), timeout=1.0).close()
                return True
            time.sleep(_POLL_S)
        return False

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
