"""Keeps C libraries from talking on stderr."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what C code prints on stderr nowhere; exceptions come through as ever.

    What other threads log meanwhile waits until it is over.
    """
    if sys.stderr is None:  # closed by whoever called us: nothing to keep quiet
        yield
        return
    with ExitStack() as after:
        for handler in logging.getLogger().handlers:
            handler.acquire()
            after.callback(handler.release)
        sys.stderr.flush()
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
