"""Small files that are there whole or not at all, whenever the power goes."""

import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Put `text`, in UTF-8, in the place of what `path` had; raise OSError where that can't be."""
    new = path.with_suffix(".new")
    path.parent.mkdir(parents=True, exist_ok=True)
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
