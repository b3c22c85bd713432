"""Room on the disk: what is handed in never takes the last of it."""

import shutil
from pathlib import Path

FLOOR_BYTES = 500_000_000
"""That stay free: the ear's sides, the records and the system live there too"""


def free_bytes(folder: Path) -> int:
    """Bytes that may still be written below `folder`."""
    return shutil.disk_usage(folder).free


def has_room(folder: Path, wanted_bytes: int) -> bool:
    """Tell whether so much fits and leaves the floor free."""
    return free_bytes(folder) - wanted_bytes >= FLOOR_BYTES
