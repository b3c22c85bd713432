"""Being without a broker: when to try again, and how little to say about it."""

import logging
import random
import time
from collections.abc import Callable
from typing import Literal

LONGEST_WAIT_S = 60
"""Seconds between attempts at most: a broker that restarts is found again within a minute"""
STEADY_S = 10.0
"""Seconds that a connection must hold to count as good. Two boxes of one name throw each other
out at once, for ever; so they slow down like anyone whose attempts fail"""

_log = logging.getLogger(__name__)

Trouble = Literal["away", "refused"]


class Outage:
    """Warns once an outage and kind of trouble; has us wait longer each time, with jitter."""

    def __init__(self, broker: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._broker = broker
        self._clock = clock
        self._attempts = 0
        self._warned: set[Trouble] = set()
        self._connected_at: float | None = None

    def trouble(self, kind: Trouble, reason: str) -> int:
        """Log that the broker is `away` or `refused` us; return the seconds until the next try."""
        now = self._clock()
        if self._connected_at is not None and now - self._connected_at >= STEADY_S:
            self._attempts = 0
            self._warned.clear()
        self._connected_at = None
        # A refusal is told even when the broker was away before: only the user can mend it.
        level = logging.DEBUG if kind in self._warned else logging.WARNING
        self._warned.add(kind)
        _log.log(level, "MQTT: broker %s: %s; going on and trying again", self._broker, reason)

        longest = min(LONGEST_WAIT_S, 2**self._attempts)
        if longest < LONGEST_WAIT_S:
            self._attempts += 1
        # Half to whole: boxes that lost the same broker come back one by one.
        return random.randint((longest + 1) // 2, longest)

    def over(self) -> None:
        """Log that the broker took us."""
        _log.info("MQTT: connected to broker %s", self._broker)
        self._connected_at = self._clock()
