"""What the broker hasn't confirmed, kept in two places: events in memory, and on the card at times.

A card wears out by writing, and each commit costs it a page or two. So under systemd events go at
once to a file in the runtime directory, which a kill and a restart leave alone, and from there to
the card in batches, as far as an hour's share of writing reaches. Sides go to the card at once. A
power cut amid an outage then costs the events of the last quarter of an hour, or, where a record
has more than the card may take, those that still wait.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from heapq import merge
from pathlib import Path

from runout.config import MqttSettings
from runout.places import memory_folder
from runout.report.mqtt.outbox import IN_MEMORY, Letter, Outbox

CARD_EVERY_S = 900.0
"""Seconds between two batches at the least"""
CARD_BYTES_PER_S = 1_000_000 / 3600.0
"""What the card is written to by events in the mean"""
WAITING = 40_000
"""Events that wait for it at most: over an hour of `rate.EVENTS_PER_S`"""
WAITING_BYTES = 16_000_000
"""... and of payload"""
_WRITTEN = 2.5
"""Bytes written for one of payload: to SQLite's write-ahead log, to its file, and what a row and
a page have beside it"""
_BATCH = 1000


class Shelves:
    """An outbox as `Outbox` is, for one thread at a time; it never raises for its files either."""

    def __init__(
        self, settings: MqttSettings, memory: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`memory` is a folder in memory that outlives the process."""
        self._clock = clock
        self._card = Outbox(settings, clock)
        in_memory = replace(
            settings,
            outbox=str(memory / "outbox.db"),
            # Where there is no card to write to, all of it stays there.
            outbox_mb=min(settings.outbox_mb, 2 * WAITING_BYTES // 1_000_000),
        )
        self._memory = Outbox(in_memory, clock)
        self._most = min(WAITING, settings.outbox_messages // 2)
        self._most_bytes = min(WAITING_BYTES, settings.outbox_mb * 500_000)
        self._moved_s = clock()
        self.last = max(self._card.last, self._memory.last)
        """Number of the newest letter that was ever in it, or 0"""
        self._forget_half_moved()

    def __len__(self) -> int:
        return len(self._card) + len(self._memory)

    @property
    def dropped(self) -> int:
        """Events that made room for others."""
        return self._card.dropped + self._memory.dropped

    @property
    def has_side(self) -> bool:
        """Whether a side is in it."""
        return self._card.has_side or self._memory.has_side

    @property
    def durable(self) -> bool:
        """Whether what is in it outlives the process, and a stop of the box."""
        return self._card.durable

    def beside(self, name: str) -> Path | None:
        """Where a file `name` is kept on the card; None where there is none to write to."""
        return self._card.beside(name)

    def keep(self, letters: Sequence[Letter]) -> bool:
        """Take letters, in order; the oldest events make room.

        Returns whether older ones have come back, with a file that can be written again.
        """
        back = self._bring_back()
        # Without a file in memory they would soon make room for others, with room on the card.
        on_card = [one for one in letters if not (one.event and self._memory.durable)]
        waiting = [one for one in letters if one.event and self._memory.durable]
        if on_card and not self._put_on_card(on_card):
            waiting = list(letters)
        if waiting:
            back |= self._memory.keep(waiting)
        self.last = letters[-1].number
        self._move_due()
        return back

    def revive(self) -> bool:
        """Try files again that couldn't be written, and move what is due; call it often.

        Returns whether older letters have come back, with a file that is in use again.
        """
        back = self._bring_back()
        self._move_due()
        return back

    def after(self, number: int, most: int) -> list[Letter]:
        """The first letters with a higher number, `most` at most."""
        both = (self._card.after(number, most), self._memory.after(number, most))
        return list(merge(*both, key=lambda one: one.number))[:most]

    def delete(self, sizes: Mapping[int, int]) -> None:
        """Forget letters: the length of each by its number."""
        self._memory.delete(sizes)
        self._card.delete(sizes)

    def close(self) -> None:
        """Move everything to the card, which a stop of the box leaves alone, and let go of it."""
        self._card.revive(at_once=True)
        self._move_all()
        self._memory.close()
        self._card.close()

    def _bring_back(self) -> bool:
        back = self._memory.revive()
        if self._card.revive():
            back = True
            self._move_all()  # sides that it couldn't take are in memory
        elif not self._memory.durable:
            self._move_all()
        return back

    def _move_due(self) -> None:
        share_s = _WRITTEN * self._memory.size / CARD_BYTES_PER_S
        if self._clock() - self._moved_s >= max(CARD_EVERY_S, share_s):
            self._moved_s = self._clock()
            self._move_all()
        while len(self._memory) > self._most or self._memory.size > self._most_bytes:
            if not self._move():
                return

    def _move_all(self) -> None:
        while self._move():
            pass

    def _move(self) -> bool:
        """Move the oldest letters to the card; whether there were any, and the card took them."""
        if not len(self._memory) or not self._card.durable:
            return False
        oldest = self._memory.after(0, _BATCH)
        if not oldest or not self._put_on_card(oldest):
            return False
        self._memory.delete(_sizes(oldest))
        return True

    def _put_on_card(self, letters: Sequence[Letter]) -> bool:
        """Put letters on the card; False, and they are not there, where it can't be written."""
        if not self._card.durable:
            return False
        self._card.keep(letters)
        if self._card.durable:
            return True
        # What the process alone remembers now, the file in memory keeps over a kill.
        self._card.delete(_sizes(letters))
        return False

    def _forget_half_moved(self) -> None:
        """Take from memory what a kill amid a move left in both places."""
        oldest = self._memory.after(0, _BATCH)
        if oldest:
            moved = self._card.after(oldest[0].number - 1, 2 * _BATCH)
            self._memory.delete(_sizes(moved))


def _sizes(letters: Sequence[Letter]) -> dict[int, int]:
    return {one.number: len(one.payload) for one in letters}


def outbox_of(settings: MqttSettings) -> Outbox | Shelves:
    """Return what suits where we run: shelves under systemd, and else an outbox alone."""
    memory = memory_folder()
    if memory is None or settings.outbox == IN_MEMORY:
        return Outbox(settings)
    return Shelves(settings, memory)
