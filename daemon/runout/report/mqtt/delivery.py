"""Sends letters in order, again and again until the broker has them.

A letter is on its way at once. What the broker hasn't confirmed half a second later goes to the
outbox: so while all is well nothing is written to disk, and a kill loses at most what was heard in
the last second. After an outage everything goes out from the oldest on, and what is heard meanwhile
waits for its turn.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from runout.report.mqtt.outbox import Letter, Outbox

KEEP_AFTER_S = 0.5
"""Seconds that the broker has to confirm a letter before it is kept"""
IN_FLIGHT = 16
"""Letters sent and not confirmed at most; brokers take 20 (mosquitto's default)"""
BACKLOG_PER_S = 200.0
"""Letters a second after an outage, so that it floods nobody: 10,000 take 50 s"""
_BURST = 20.0
"""... and at once, when there has been little to send"""
_READ_AHEAD = 50
_DELETE_AT = 200
"""Confirmed letters that are deleted together at the latest"""


@dataclass(frozen=True, slots=True)
class _Fresh:
    letter: Letter
    since_s: float


class Delivery:
    """The letters of one process and those that earlier ones left; for one thread at a time."""

    def __init__(self, outbox: Outbox, per_s: float = BACKLOG_PER_S) -> None:
        """At most `per_s` letters a second are sent."""
        self._outbox = outbox
        self._per_s = per_s
        self._last = outbox.last
        self._fresh: dict[int, _Fresh] = {}
        self._ahead: deque[Letter] = deque()
        self._cursor = 0
        """Number of the last letter that was sent on this connection"""
        self._in_flight: dict[int, Letter] = {}
        self._confirmed: dict[int, int] = {}
        """Letters that the outbox can forget: the length of each by its number"""
        self._delete_due_s = 0.0
        self._allowance = _BURST
        self._allowed_at_s = 0.0

    @property
    def depth(self) -> int:
        """Letters that the broker hasn't confirmed."""
        return len(self._fresh) + len(self._outbox) - len(self._confirmed)

    def put(self, topic: str, payload: str, event: bool, now_s: float) -> None:
        """Take a letter."""
        self._last += 1
        self._fresh[self._last] = _Fresh(Letter(self._last, topic, payload, event), now_s)

    def due(self, now_s: float) -> Iterator[Letter]:
        """The letters to send now; each must be told as `sent` before the next is asked for."""
        elapsed_s = now_s - self._allowed_at_s
        if elapsed_s > 0.0:
            self._allowed_at_s = now_s
            self._allowance = min(_BURST, self._allowance + elapsed_s * self._per_s)
        while len(self._in_flight) < IN_FLIGHT and self._allowance >= 1.0:
            letter = self._next()
            if letter is None:
                return
            self._allowance -= 1.0
            self._cursor = letter.number
            yield letter

    def sent(self, letter: Letter, mid: int) -> None:
        """The letter is on its way as message `mid`."""
        self._in_flight[mid] = letter

    def confirmed(self, mid: int) -> Letter | None:
        """The broker has message `mid`; return its letter, if it was one."""
        letter = self._in_flight.pop(mid, None)
        if letter is not None and self._fresh.pop(letter.number, None) is None:
            self._confirmed[letter.number] = len(letter.payload)
        return letter

    def lost(self) -> None:
        """The connection has gone: send again all that isn't confirmed."""
        self._in_flight.clear()
        self._ahead.clear()
        self._cursor = 0

    def keep(self, now_s: float, everything: bool = False) -> None:
        """Keep what isn't confirmed in time, or `everything`, and delete what is; call it often."""
        if self._confirmed and (
            everything or len(self._confirmed) >= _DELETE_AT or now_s >= self._delete_due_s
        ):
            self._outbox.delete(self._confirmed)
            self._confirmed.clear()
        if not self._confirmed:
            self._delete_due_s = now_s + KEEP_AFTER_S
        if not self._fresh:
            return
        oldest = next(iter(self._fresh.values()))
        if not everything and now_s - oldest.since_s < KEEP_AFTER_S:
            return
        # All, and not only those that are due: letters on disk must be older than those in memory,
        # and one commit serves for all.
        self._outbox.keep([one.letter for one in self._fresh.values()])
        self._fresh.clear()

    def _next(self) -> Letter | None:
        while self._ahead and self._ahead[0].number <= self._cursor:
            self._ahead.popleft()
        if not self._ahead and self._outbox.last > self._cursor and len(self._outbox):
            self._ahead.extend(
                letter
                for letter in self._outbox.after(self._cursor, _READ_AHEAD)
                if letter.number not in self._confirmed
            )
        if self._ahead:
            return self._ahead.popleft()
        return next(
            (one.letter for number, one in self._fresh.items() if number > self._cursor), None
        )
