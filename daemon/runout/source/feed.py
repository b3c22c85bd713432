"""What brings sources, one after the other: a file is one, a preamp one whenever it is there."""

from collections.abc import Callable, Iterator
from typing import Protocol

from runout.source.block import Source

Waiting = Callable[[str], None]
"""Called at least once a second while no source is there, with the reason in words: for the
watchdog, and for what goes on without sound"""


class Feed(Protocol):
    """Sources, each with its own sample rate, until there are no more."""

    def sources(self, waiting: Waiting, /) -> Iterator[Source]:
        """Yield each source when it is there; the one before has ended then.

        Raises RunoutError where no source can come any more.
        """

    def close(self) -> None:
        """End the source that is on and bring no other. Safe from a signal handler."""


class Once:
    """One source, as a feed."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def sources(self, _waiting: Waiting, /) -> Iterator[Source]:
        """Yield the source."""
        yield self._source

    def close(self) -> None:
        """End the source."""
        self._source.close()
