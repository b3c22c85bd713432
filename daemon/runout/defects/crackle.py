"""Crackle: episodes in which ticks come too densely to count one by one."""

from collections import deque
from dataclasses import dataclass

_WINDOW_S = 1.0
_BEGINS_PER_S = 20
"""Ticks in the window that make an episode: the upper end of what is heard as single clicks"""
_ENDS_PER_S = 10
"""Below this the episode is over; half of the beginning, so that it doesn't flicker"""


@dataclass(frozen=True, slots=True)
class CrackleBegan:
    """An episode began."""

    start_s: float
    """Seconds, its first tick"""
    ticks: int
    """Impulses that turned out to be part of it, up to and with the present one"""


@dataclass(frozen=True, slots=True)
class CrackleEnded:
    """An episode is over."""

    start_s: float
    end_s: float
    """Seconds, its last tick"""
    ticks: int
    """Impulses in it"""

    @property
    def rate_per_s(self) -> float:
        """Impulses a second."""
        return self.ticks / max(self.end_s - self.start_s, _WINDOW_S)


class CrackleTracker:
    """Follows the density of impulses over time."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self._start_s: float | None = None
        self._last_s = 0.0
        self._ticks = 0

    def impulse(self, time_s: float) -> CrackleBegan | None:
        """Take the next impulse, in order of time, after `passed` was told of its time."""
        self._recent.append(time_s)
        self._last_s = time_s
        if self._start_s is not None:
            self._ticks += 1
            return None
        if len(self._recent) < _BEGINS_PER_S:
            return None
        self._start_s = self._recent[0]
        self._ticks = len(self._recent)
        return CrackleBegan(self._start_s, self._ticks)

    def passed(self, now_s: float) -> CrackleEnded | None:
        """Say that every impulse before `now_s` has been taken; may end the episode."""
        while self._recent and self._recent[0] <= now_s - _WINDOW_S:
            self._recent.popleft()
        if self._start_s is None or len(self._recent) >= _ENDS_PER_S:
            return None
        if now_s - self._start_s < _WINDOW_S:
            return None
        return self._end()

    def finish(self) -> CrackleEnded | None:
        """End the episode, if one is on, because the side ended."""
        return None if self._start_s is None else self._end()

    def _end(self) -> CrackleEnded:
        assert self._start_s is not None
        ended = CrackleEnded(self._start_s, self._last_s, self._ticks)
        self._start_s = None
        self._recent.clear()
        return ended
