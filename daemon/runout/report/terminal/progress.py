"""A progress bar on a terminal, and nothing elsewhere."""

import time
from types import TracebackType
from typing import Self, TextIO

_CELLS = 30
_EVERY_S = 0.1
_AFTER_S = 0.5
"""Work that is done sooner needs no bar"""


class Progress:
    """A bar with a name, wiped when the work is done."""

    def __init__(self, name: str, out: TextIO) -> None:
        self._name = name
        self._out = out
        self._due_s = time.monotonic() + _AFTER_S
        self._shown = False

    def show(self, share: float) -> None:
        """Show that `share` (0 to 1) is done."""
        now = time.monotonic()
        if now < self._due_s or not self._out.isatty():
            return
        self._due_s = now + _EVERY_S
        self._shown = True
        bar = "#" * round(share * _CELLS)
        self._out.write(f"\r\x1b[2K  {self._name}  [{bar:<{_CELLS}}] {share:4.0%}")
        self._out.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wipe the bar."""
        if self._shown:
            self._out.write("\r\x1b[2K")
            self._out.flush()
