"""Dropouts are holes in the music: it goes on after them.

A track that ends at once, or a needle that is lifted amid one, has the same edge.
"""

from collections import deque
from collections.abc import Iterator

from runout.defects.passage import Passage

_GOES_ON_S = 0.2
"""Music that is heard so long after a hole goes on: whether it is, is told in steps of 0.19 s"""
_WAITED_S = 0.6
"""... and is waited for so much longer; what begins again later had a pause"""


class Holes:
    """Takes dropouts as they are over, and hands out those after which the music goes on."""

    def __init__(self, rate: int) -> None:
        """Passages count samples at `rate` hertz."""
        self._rate = rate
        self._waiting: deque[Passage] = deque()

    def add(self, dropout: Passage) -> None:
        """Take the next one."""
        self._waiting.append(dropout)

    def told(self, programme_s: float, now_s: float) -> Iterator[Passage]:
        """Hand out what is certain at `now_s`, programme having been heard until `programme_s`."""
        while self._waiting:
            first = self._waiting[0]
            goes_on_s = (first.start + first.length) / self._rate + _GOES_ON_S
            if programme_s < goes_on_s and now_s < goes_on_s + _WAITED_S:
                return
            self._waiting.popleft()
            if programme_s >= goes_on_s:
                yield first
