"""Sends letters in order, again and again until the broker has them.

A letter is on its way at once. What the broker hasn't confirmed half a second later goes to the
outbox: so while all is well nothing is written to disk but sides, which are kept at once, and a
kill loses at most the events of the last second. After an outage everything goes out from the
oldest on, and what is heard meanwhile waits for its turn.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from runout.report.mqtt.outbox import Letter, Outbox
from runout.report.mqtt.shelves import Shelves

KEEP_AFTER_S = 0.5
"""Seconds that the broker has to confirm a letter before it is kept"""
IN_FLIGHT = 16
"""Letters sent and not confirmed at most; brokers take 20 (mosquitto's default)"""
BACKLOG_PER_S = 200.0
"""Letters a second after an outage, so that it floods nobody: 10,000 take 50 s"""
_BURST = 20.0
"""... and at once, when there has been little to send"""
_READ_AHEAD = 50
AGAIN_AFTER_S = 5.0
"""Seconds until a broker that has no room just now is asked again"""
UNANSWERED_S = 60.0
"""Seconds without a confirmation, with letters under way, that show a connection to be of no use"""
_HANG_UPS = 5
"""Connections in a row that a letter, sent alone, may cost"""
_DELETE_AT = 200
"""Confirmed letters that are deleted together at the latest"""


@dataclass(frozen=True, slots=True)
class _Fresh:
    letter: Letter
    since_s: float


class Delivery:
    """The letters of one process and those that earlier ones left; for one thread at a time."""

    def __init__(self, outbox: Outbox | Shelves, per_s: float = BACKLOG_PER_S) -> None:
        """At most `per_s` letters a second are sent."""
        self._outbox = outbox
        self._per_s = per_s
        self._last = outbox.last
        self._fresh: dict[int, _Fresh] = {}
        self._ahead: deque[Letter] = deque()
        self._cursor = 0
        """Number of the last letter that was sent on this connection"""
        self._in_flight: dict[int, Letter] = {}
        self._answered_s = 0.0
        self._aside: set[int] = set()
        """Letters that this broker can't take; they stay in the outbox"""
        self._rewind: int | None = None
        """Number after which to go on once nothing is in flight any more"""
        self._resume_s = 0.0
        self._suspect = 0
        """Number of the letter at which the last connection was lost, if none was confirmed"""
        self._hang_ups = 0
        self._confirmed: dict[int, int] = {}
        """Letters that the outbox can forget: the length of each by its number"""
        self._delete_due_s = 0.0
        self._allowance = _BURST
        self._allowed_at_s = 0.0

    @property
    def depth(self) -> int:
        """Letters that the broker hasn't confirmed."""
        return len(self._fresh) + len(self._outbox) - len(self._confirmed)

    @property
    def to_send(self) -> bool:
        """Whether there are such but those that were set aside."""
        return self.depth > len(self._aside)

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
        if not self._in_flight:
            self._answered_s = now_s
        if self._rewind is not None:
            if self._in_flight or now_s < self._resume_s:
                return
            self._cursor, self._rewind = self._rewind, None
            self._ahead.clear()
        # What a broker hangs up at must be known for sure.
        most = IN_FLIGHT if self._hang_ups == 0 else 1
        while len(self._in_flight) < most and self._allowance >= 1.0:
            letter = self._next()
            if letter is None:
                return
            self._allowance -= 1.0
            self._cursor = letter.number
            yield letter

    def unanswered(self, now_s: float) -> bool:
        """Whether letters have been under way for too long without any confirmation."""
        return bool(self._in_flight) and now_s - self._answered_s > UNANSWERED_S

    def sent(self, letter: Letter, mid: int) -> None:
        """The letter is on its way as message `mid`."""
        self._in_flight[mid] = letter

    def set_aside(self, letter: Letter) -> None:
        """Send this one no more, as long as we run: the broker can't take it."""
        self._aside.add(letter.number)

    def sent_back(self, mid: int, now_s: float) -> bool:
        """The broker has no room for message `mid` just now; tell whether it was a letter."""
        letter = self._in_flight.pop(mid, None)
        if letter is None:
            return False
        before = letter.number - 1
        self._rewind = before if self._rewind is None else min(self._rewind, before)
        self._resume_s = now_s + AGAIN_AFTER_S
        self._answered_s = now_s
        return True

    def confirmed(self, mid: int, now_s: float) -> Letter | None:
        """The broker has message `mid`; return its letter, if it was one."""
        letter = self._in_flight.pop(mid, None)
        if letter is None:
            return None
        self._answered_s = now_s
        self._hang_ups = self._suspect = 0
        if self._fresh.pop(letter.number, None) is None:
            self._confirmed[letter.number] = len(letter.payload)
        return letter

    def lost(self) -> Letter | None:
        """The connection has gone: send again all that isn't confirmed.

        Returns the letter, if any, that is set aside as all connections were lost at it.
        """
        oldest = min(self._in_flight.values(), key=lambda one: one.number, default=None)
        culprit = self._hung_up_at(oldest)
        self._forget_confirmed()
        self._in_flight.clear()
        self._ahead.clear()
        self._cursor, self._rewind = 0, None
        return culprit

    def keep(self, now_s: float, everything: bool = False) -> None:
        """Keep what isn't confirmed in time, or `everything`, and delete what is; call it often."""
        if self._outbox.revive():
            self._rewind = 0
        if self._confirmed and (
            everything or len(self._confirmed) >= _DELETE_AT or now_s >= self._delete_due_s
        ):
            self._forget_confirmed()
        if not self._confirmed:
            self._delete_due_s = now_s + KEEP_AFTER_S
        if not self._fresh:
            return
        oldest = next(iter(self._fresh.values()))
        # A side is worth a write: there is one in a quarter of an hour, and no other like it.
        side = any(not one.letter.event for one in self._fresh.values())
        if not (everything or side or now_s - oldest.since_s >= KEEP_AFTER_S):
            return
        # All, and not only those that are due: letters on disk must be older than those in memory,
        # and one commit serves for all.
        if self._outbox.keep([one.letter for one in self._fresh.values()]):
            self._rewind = 0
        self._fresh.clear()

    def _forget_confirmed(self) -> None:
        self._outbox.delete(self._confirmed)
        self._confirmed.clear()

    def _hung_up_at(self, oldest: Letter | None) -> Letter | None:
        """Count the connections that were lost with this letter under way, and none confirmed."""
        if oldest is None:
            return None
        if oldest.number != self._suspect:
            self._suspect, self._hang_ups = oldest.number, 0
        self._hang_ups += 1
        if self._hang_ups <= _HANG_UPS:
            return None
        self._hang_ups = self._suspect = 0
        self.set_aside(oldest)
        return oldest

    def _next(self) -> Letter | None:
        while self._ahead and self._ahead[0].number <= self._cursor:
            self._ahead.popleft()
        read_to = self._cursor
        while not self._ahead and self._outbox.last > read_to and len(self._outbox):
            read = self._outbox.after(read_to, _READ_AHEAD)
            if not read:
                break
            read_to = read[-1].number
            done = self._confirmed.keys() | self._aside
            self._ahead.extend(letter for letter in read if letter.number not in done)
        if self._ahead:
            return self._ahead.popleft()
        return next(
            (
                one.letter
                for number, one in self._fresh.items()
                if number > self._cursor and number not in self._aside
            ),
            None,
        )
