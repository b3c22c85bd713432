"""Makes the C library keep the memory that every step of the line frees and takes again.

By default glibc hands arrays of over 128 kB back to the kernel, which clears them anew for the next
step.
"""

import ctypes

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_KEPT_BYTES = 4 << 20
"""More than any array of the line, so that none is mapped on its own"""


def keep_freed_memory() -> None:
    """Tell glibc; other C libraries have no such setting and are left as they are."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, 2 * _KEPT_BYTES)
