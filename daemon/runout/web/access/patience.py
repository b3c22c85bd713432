"""Hangs up on who connects and then doesn't say what it wants."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_S = 10.0
"""Seconds that the head of a request may take"""


class Patience(H11Protocol):
    """uvicorn's connection, closed where the head of a request isn't whole in time."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on, from the first byte of a head, until it is whole."""
        super().data_received(data)
        # Before uvicorn's own keep-alive takes over: between two requests nothing is begun.
        if self.conn.their_state is h11.IDLE:
            self._wait()
        else:
            self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEADER_S, self._hang_up)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _hang_up(self) -> None:
        # What was answered meanwhile may have brought a new request along.
        if self.conn.their_state is h11.IDLE:
            self.transport.abort()
