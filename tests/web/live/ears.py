"""The ear's end of the sockets, and an hour that a test sets."""

import asyncio
import json
import socket
from datetime import UTC, datetime

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


class Mouth:
    """Says what the ear says."""

    def __init__(self, runtime):
        self._runtime = runtime
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def say(self, kind, /, to="live", **fields):
        self.raw(json.dumps({"type": kind, **fields}).encode(), to)

    def raw(self, datagram, to="live"):
        self._socket.sendto(datagram, str(self._runtime / to))

    def event(self, side_id, number, **fields):
        self.say("event", id=f"{side_id}-{number}", side_id=side_id, **fields)


async def until(holds):
    """Let the loop run until something holds."""
    async with asyncio.timeout(30.0):
        while not holds():
            await asyncio.sleep(0.005)
