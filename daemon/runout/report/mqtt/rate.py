"""How many events go out a second, whatever the record does."""

from collections import deque

from runout.side.side import DefectHeard

EVENTS_PER_S = 10
"""Messages in any second; more floods a home's broker and nobody reads it"""
FOR_EPISODES = 2
"""Of these, kept free of single defects: crackle shows as singles first, and must get through"""
_SECOND = 1.0


class EventRate:
    """Says which events may go out, never more than EVENTS_PER_S in any second.

    An episode whose begin went out keeps a place free for its end, so that none stays open for
    ever on the other side; an episode whose begin was held back has its end held back too.
    """

    def __init__(self) -> None:
        self._sent: deque[float] = deque()
        self._open: set[tuple[str, str]] = set()

    def allows(self, heard: DefectHeard, now: float) -> bool:
        """Tell whether `heard` may go out at `now` (seconds of a steady clock), and count it."""
        while self._sent and now - self._sent[0] >= _SECOND:
            self._sent.popleft()
        episode = (heard.side_id, heard.event.id)
        if heard.phase == "end":
            if episode not in self._open:
                return False
            self._open.remove(episode)
        else:
            # A single needs its own place and leaves those; a begin needs one for its end too.
            places = 1 + FOR_EPISODES if heard.phase == "single" else 2
            if len(self._sent) + len(self._open) + places > EVENTS_PER_S:
                return False
            if heard.phase == "begin":
                self._open.add(episode)
        self._sent.append(now)
        return True

    def forget_episodes(self) -> None:
        """Free the places of episodes that never ended; their side is over."""
        self._open.clear()
