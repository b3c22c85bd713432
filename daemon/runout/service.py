"""The daemon as systemd and the journal see it: ready, alive, and in words what it does."""

import logging
from collections.abc import Callable
from typing import Protocol

from runout.notify import Notifier
from runout.report.status import NO_BROKER, ended_words, status_words
from runout.side.side import Heard, LiveState, SideEnded, SideStarted

_log = logging.getLogger(__name__)


class Hangs(Protocol):
    """What works in a thread of its own."""

    @property
    def stuck(self) -> bool:
        """Whether it hangs."""


class Service:
    """One run of the daemon."""

    def __init__(self, network: Hangs, broker: bool) -> None:
        """`broker`: whether one is set. Without the `network`, the watchdog isn't fed either."""
        self._network = network
        self._broker = broker
        self._notifier = Notifier()
        self._sides = 0
        self._last: SideEnded | None = None
        if not broker:
            _log.warning("%s; until then, sides are told in this log alone", NO_BROKER)

    def heard(self, heard: Heard) -> None:
        """Count sides, and write the finished ones into the log."""
        match heard:
            case SideStarted():
                self._sides += 1
            case SideEnded():
                self._last = heard
                _log.info("%s", ended_words(heard, self._sides))

    def no_side(self) -> None:
        """What began as a side was none."""
        self._sides -= 1

    def hears(self, state: Callable[[], LiveState]) -> None:
        """Call it after each block: sound arrives, and all that follows works."""
        self._goes_on(lambda: status_words(state(), self._sides, self._last))

    def waits(self, words: str) -> None:
        """Call it a few times a second while there is no sound; `words` say for what it waits."""
        self._goes_on(lambda: words)

    def stopping(self) -> None:
        """The end has begun."""
        self._notifier.stopping()

    def _goes_on(self, words: Callable[[], str]) -> None:
        self._notifier.ready()
        if not self._network.stuck:
            self._notifier.alive()
        self._notifier.status(lambda: words() if self._broker else f"{words()}; {NO_BROKER}")
