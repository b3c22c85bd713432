"""The sounds that are kept to be heard again, with their pictures and reports: the newest few."""

import shutil
import threading
from pathlib import Path
from typing import Literal

from runout.web.uploads.job import is_id

MOST_SIDES = 20
MOST_BYTES = 4_000_000_000

Kept = Literal["peaks.json", "spectrogram.png", "report.html"]

SOUND_STEM = "sound"
MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
}
"""Of what browsers play, by the ending of the kept file"""


class Sounds:
    """A folder for each side whose sound is kept; an older one loses it, and remains a side."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._bytes: dict[str, int] = {}

    def start(self) -> None:
        """See what is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            folders = [one for one in self._folder.iterdir() if one.is_dir() and is_id(one.name)]
            folders.sort(key=lambda one: one.stat().st_mtime)
            self._bytes = {one.name: _size(one) for one in folders}
            self._make_room()

    def has(self, side_id: str) -> bool:
        """Tell whether a side can be heard."""
        return side_id in self._bytes

    def keep(self, side_id: str, folder: Path) -> None:
        """Take a folder with a side's files over; the oldest make room."""
        with self._lock:
            kept = self._folder / side_id
            folder.rename(kept)
            self._bytes[side_id] = _size(kept)
            self._make_room()

    def forget(self, side_id: str) -> None:
        """Delete what is kept of a side, if anything is."""
        with self._lock:
            self._forget(side_id)

    def sound(self, side_id: str) -> Path | None:
        """Return the sound, whose ending is one of MEDIA_TYPES; None where none is kept."""
        if not self.has(side_id):
            return None
        names = (self._folder / side_id / f"{SOUND_STEM}{ending}" for ending in MEDIA_TYPES)
        return next((one for one in names if one.is_file()), None)

    def file(self, side_id: str, name: Kept) -> Path | None:
        """Return what was drawn of a side; None where it isn't kept."""
        path = self._folder / side_id / name
        return path if self.has(side_id) and path.is_file() else None

    def _make_room(self) -> None:
        while len(self._bytes) > MOST_SIDES or sum(self._bytes.values()) > MOST_BYTES:
            self._forget(next(iter(self._bytes)))

    def _forget(self, side_id: str) -> None:
        if self._bytes.pop(side_id, None) is not None:
            shutil.rmtree(self._folder / side_id, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.iterdir())
