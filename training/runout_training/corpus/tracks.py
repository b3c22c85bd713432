"""The music, track by track, and which split each belongs to."""

import hashlib
import re
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from runout.errors import RunoutError
from runout_training.corpus.packages import MUSIC, SCORES, version_of

Split = Literal["train", "validation", "test"]

RATE = 44_100
"""Hertz: everything is mixed at the analysis rate"""

# Two whole packages are never trained on: a style (metal) and a rate (48 kHz, ambient).
_TEST_PACKAGES = ("fretsonfire-songs-muldjord", "singularity-music")
_NOT_MUSIC = ("static-radio", "steamLocomotive", "/sfx/", "/karts/", "speech")
_SHORTEST_S = 31.0
"""Seconds; the longest excerpt that is drawn, and a little"""
_TRIES = 100
"""Excerpts drawn before a track is called silent"""


@dataclass(frozen=True, slots=True)
class Track:
    """One file of music."""

    package: str
    """Debian package, or `render-PACKAGE` for what was rendered of its scores"""
    version: str
    """Of the Debian package, and of the soundfont where one was needed"""
    file: str
    """Path in the package"""
    sha256: str
    seconds: float
    split: Split


def render_of(package: str) -> str:
    """Name of the folder that holds what was rendered of a package's scores."""
    return f"render-{package}"


RENDERS = tuple(render_of(package) for package in SCORES)


def split_of(group: str) -> Split:
    """Which split a group of files belongs to, by the hash of its name: 70, 10 and 20 %."""
    tenth = int(hashlib.sha256(group.encode()).hexdigest(), 16) % 10
    if tenth < 2:
        return "test"
    return "validation" if tenth == 2 else "train"


def group_of(package: str, file: Path) -> str:
    """What must not be parted between splits: the takes and stems of one piece."""
    if package.startswith("fretsonfire"):
        return f"{package}/{file.parent.name}"
    if package == "render-freedoom":  # whose names end in the number of the level
        return f"{package}/{file.stem}"
    stem = re.sub(r"([-_ ]*(fast|remake|loop|revisited|old|\d+))*[-_ ]*$", "", file.stem.lower())
    return f"{package}/{'psymong' if stem.startswith('psymong') else stem}"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, worked out once a process as long as the file stays as it is."""
    status = path.stat()
    return _sha256_of(path, status.st_size, status.st_mtime_ns)


@cache
def _sha256_of(path: Path, size: int, changed_ns: int) -> str:
    del size, changed_ns  # the key of the memory, no more
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Music:
    """Every track of one split, to draw excerpts from."""

    def __init__(self, cache: Path, split: Split) -> None:
        self._packages = cache / "packages"
        self._split: Split = split

    @cached_property
    def tracks(self) -> list[Track]:
        """The tracks of this split, sorted by package and file."""
        found = []
        for package in MUSIC + RENDERS:
            root = self._packages / package
            version = version_of(root)
            pattern = "*.flac" if package in RENDERS else "*.ogg"
            for path in sorted(root.rglob(pattern)):
                split = "test" if package in _TEST_PACKAGES else split_of(group_of(package, path))
                if split != self._split or any(part in str(path) for part in _NOT_MUSIC):
                    continue
                seconds = soundfile.info(str(path)).duration
                if seconds < _SHORTEST_S:
                    continue
                file = str(path.relative_to(root))
                found.append(
                    Track(package, version, file, sha256_of(path), round(seconds, 3), split)
                )
        return found

    def manifest(self) -> list[dict[str, Any]]:
        """The tracks as JSON-ready rows."""
        return [asdict(track) for track in self.tracks]

    def excerpt(
        self, rng: np.random.Generator, seconds: float, track: Track | None = None
    ) -> npt.NDArray[np.float64]:
        """Music of unit RMS, shape (2, samples), from anywhere in a track (any, weighted by
        length, when none is given)."""
        samples = round(seconds * RATE)
        for _ in range(_TRIES):
            chosen = track or self._draw(rng)
            with soundfile.SoundFile(self._packages / chosen.package / chosen.file) as file:
                frames = int(np.ceil((seconds + 0.1) * file.samplerate))
                file.seek(int(rng.integers(max(1, file.frames - frames))))
                sound = file.read(frames, dtype="float64", always_2d=True)
                rate = file.samplerate
            if rate != RATE:
                sound = soxr.resample(sound, rate, RATE)
            sound = np.repeat(sound, 2, axis=1)[:, :2] if sound.shape[1] == 1 else sound[:, :2]
            sound = sound[:samples].T
            level = np.sqrt(np.mean(sound**2))
            if sound.shape[1] == samples and level > 1e-4:
                return np.ascontiguousarray(sound / level)
        where = f" in {track.package}/{track.file}" if track else ""
        raise RunoutError(f"no excerpt of {seconds} s that sounds could be drawn{where}")

    def _draw(self, rng: np.random.Generator) -> Track:
        lengths = np.array([track.seconds for track in self.tracks])
        return self.tracks[int(rng.choice(len(lengths), p=lengths / lengths.sum()))]
