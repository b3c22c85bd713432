"""How often each fault is tried: a few times by default, in full by `make test-faults`."""

import os
from pathlib import Path

FULL = "RUNOUT_FAULTS" in os.environ


def times(full: int, short: int) -> int:
    """`full` by `make test-faults`, else `short`."""
    return full if FULL else short


def rss_kb() -> int:
    """Memory of this process."""
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])
