"""How often each fault is tried: a few times by default, in full by `make test-faults`."""

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

FULL = "RUNOUT_FAULTS" in os.environ


def times(full: int, short: int) -> int:
    """`full` by `make test-faults`, else `short`."""
    return full if FULL else short


def rss_kb() -> int:
    """Memory of this process."""
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])


def endured(tries: int, one: Callable[[int], None]) -> tuple[float, int]:
    """Call `one` with 0 to `tries` - 1.

    Returns the CPU seconds of the slowest call, and the kilobytes by which memory grew after the
    first fifth of them.
    """
    slowest_s, settled_kb = 0.0, 0
    for number in range(tries):
        began_s = time.process_time()
        one(number)
        slowest_s = max(slowest_s, time.process_time() - began_s)
        if number == tries // 5:
            gc.collect()
            settled_kb = rss_kb()
    gc.collect()
    return slowest_s, rss_kb() - settled_kb
