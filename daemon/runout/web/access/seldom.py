"""Keeps strangers from filling the log: what they can cause is said once a minute."""

import logging
import time
from collections.abc import Callable

_EVERY_S = 60.0
_MOST = 100
"""Different words in that time"""


class Seldom(logging.Filter):
    """Lets a message through that wasn't said for a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[str, float] = {}
        """When each was, by its words before anything is put into them, and where it broke"""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether it is to be said."""
        now = self._clock()
        self._said = {words: at for words, at in self._said.items() if now - at < _EVERY_S}
        words = f"{record.msg}{_where(record)}"
        if words in self._said or len(self._said) >= _MOST:
            return False
        self._said[words] = now
        return True


def _where(record: logging.LogRecord) -> str:
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
