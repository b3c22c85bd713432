"""How often each client may do something."""

import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_CLIENTS = 1024
"""Remembered; the one that was heard of longest ago is forgotten first"""


class Rate:
    """A bucket a client: so much at once, and so much a second from there on."""

    def __init__(
        self, at_once: float, per_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._at_once = at_once
        self._per_s = per_s
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """What is left in each, and since when"""

    def wait_s(self, client: str) -> float:
        """Return the seconds until the client may again; 0: now."""
        return max(0.0, (1.0 - self._left(client)) / self._per_s)

    def take(self, client: str) -> float:
        """Count one, if it may; return as `wait_s`."""
        wait_s = self.wait_s(client)
        if wait_s == 0.0:
            self._buckets[client] = (self._left(client) - 1.0, self._clock())
            self._buckets.move_to_end(client)
            if len(self._buckets) > _MOST_CLIENTS:
                self._buckets.popitem(last=False)
        return wait_s

    def _left(self, client: str) -> float:
        now = self._clock()
        left, since = self._buckets.get(client, (self._at_once, now))
        return min(self._at_once, left + (now - since) * self._per_s)
