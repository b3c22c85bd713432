"""Impulses too doubtful to be told, kept for as long as a scratch may still claim them."""

from collections import deque
from collections.abc import Collection

from runout.defects.event import Event
from runout.defects.revolution import LONGEST_S


class Doubts:
    """Those of one side."""

    def __init__(self) -> None:
        self._kept: deque[Event] = deque()

    def add(self, event: Event) -> None:
        """Take the next, in order of time; those too old for any train are dropped."""
        while self._kept and self._kept[0].time_s < event.time_s - LONGEST_S:
            self._kept.popleft()
        self._kept.append(event)

    def take(self, ids: Collection[str]) -> list[Event]:
        """Hand out those with these ids, in order of time."""
        wanted = set(ids)
        taken = [event for event in self._kept if event.id in wanted]
        self._kept = deque(event for event in self._kept if event.id not in wanted)
        return taken
