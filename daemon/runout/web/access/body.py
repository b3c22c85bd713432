"""What a client sends, as long as it comes and isn't too much."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

STALLED_S = 60.0
"""Seconds without a byte after which a body is given up"""


class Body:
    """Counts what is received; raises HTTPException where that is too much, or nothing comes."""

    def __init__(self, receive: Receive, most: int) -> None:
        """Take bytes, `most` of them."""
        self._receive = receive
        self._most = most
        self._bytes = 0
        self._ended = False

    async def receive(self) -> Message:
        """Receive the next message."""
        if self._ended:  # what comes now is that the client is gone, whenever it is
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), STALLED_S)
        except TimeoutError as error:
            raise HTTPException(408, f"Nothing came for {STALLED_S:.0f} s.") from error
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self._ended = not message.get("more_body", False)
            if self._bytes > self._most:
                raise HTTPException(413, too_large(self._most))
        return message


def too_large(most: int) -> str:
    """Say that a body is larger than so many bytes."""
    return f"That is too large: at most {most / 1e6:g} MB may be sent here."
