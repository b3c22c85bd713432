"""The sound around a defect, in a small ring of files in memory."""

from collections import deque
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.defects.event import Event, Kind
from runout.kept import Kept
from runout.report.station.errand import Errands

BEFORE_S = 0.4
"""Seconds of a clip before the defect begins"""
AFTER_S = 0.8
"""... and from there on"""
RING_BYTES = 16_000_000
"""Of clips at most; then the oldest goes"""
APART_S = 1.0
"""Seconds at least from clip to clip of a kind of defect"""
KEPT_BYTES = 4_000_000
"""Of sound that a clip can be cut from"""
KEPT_S = 8.0
"""Seconds of it at most: a scratch is told at its third turn, 3.6 s after it began"""
SUFFIX = ".flac"
_FRAME_BYTES = 8
"""Of two samples, as they are kept"""
_WAITING = 8
"""Clips to be written at most at once"""
_LAST_S = 3.0
"""Seconds that a stop waits for them: they are in memory, and of no use without the ear's box"""

Array = npt.NDArray[np.float32]


class Clips:
    """Cuts clips out of one source after the other; for one thread."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the ring."""
        self._ring = _Ring(folder)
        self._errands = Errands("clips", _WAITING)
        self._promised: deque[str] = deque(maxlen=256)
        self._wanted: deque[tuple[str, int, int]] = deque()
        self._rate = 0
        self._offset = 0
        self._kept = Kept(0)
        self._last_s: dict[Kind, float] = {}

    def begin(self, sample_rate: int) -> None:
        """Another source begins, at its rate in hertz."""
        self._rate = sample_rate
        self._last_s.clear()
        self.skip(0)

    def skip(self, to: int) -> None:
        """Let go of what is kept, and pass over sound up to sample `to` of the source."""
        self._wanted.clear()
        self._offset = to
        self._kept = Kept(round(min(KEPT_S * self._rate, KEPT_BYTES / _FRAME_BYTES)))

    def feed(self, samples: Array) -> None:
        """Take samples of shape (frames, 2), and write the clips that they complete."""
        self._kept.feed(samples.T)
        while self._wanted and self._wanted[0][2] <= self._end:
            self._cut(*self._wanted.popleft())

    def promise(self, event: Event) -> bool:
        """Whether there will be a clip of it, a second after it sounded at the latest.

        None is made of what is too long ago, nor of a click soon after the last one that has one;
        an episode's end has it from its begin.
        """
        if event.id in self._promised:
            return True
        start = round((event.time_s - BEFORE_S) * self._rate)
        end = round((event.time_s + AFTER_S) * self._rate)
        if max(0, start) < self._offset + self._kept.start:
            return False
        if event.time_s - self._last_s.get(event.kind, -APART_S) < APART_S:
            return False
        self._last_s[event.kind] = event.time_s
        self._promised.append(event.id)
        # What is told late is cut first.
        later = [wanted for wanted in self._wanted if wanted[2] > end]
        earlier = [wanted for wanted in self._wanted if wanted[2] <= end]
        self._wanted = deque([*earlier, (event.id, max(0, start), end), *later])
        return True

    def finish(self) -> None:
        """The source has ended: cut what is there of the last clips."""
        while self._wanted:
            name, start, end = self._wanted.popleft()
            self._cut(name, start, min(end, self._end))

    def close(self) -> None:
        """Write what waits, and no more."""
        self._errands.close(_LAST_S)

    @property
    def _end(self) -> int:
        return self._offset + self._kept.end

    def _cut(self, name: str, start: int, end: int) -> None:
        if start < self._offset + self._kept.start or end <= start:
            return
        sound = self._kept.between(start - self._offset, end - self._offset)
        rate = self._rate
        self._errands.send(lambda: self._ring.put(name, sound, rate))


class _Ring:
    """The files; for the thread that writes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: deque[tuple[Path, int]] | None = None
        self._bytes = 0

    def put(self, name: str, sound: Array, rate: int) -> None:
        """Write sound of shape (2, samples) as FLAC, 16 bits; raise OSError where that can't be."""
        # A daemon that captures has no other use for it.
        import soundfile

        if self._files is None:
            self._files = self._found()
        path = self._folder / f"{name}{SUFFIX}"
        new = path.with_suffix(".new")
        try:
            soundfile.write(new, sound.T, rate, subtype="PCM_16", format="FLAC")
            size = new.stat().st_size
            new.replace(path)
        except soundfile.LibsndfileError as error:
            new.unlink(missing_ok=True)
            raise OSError(f"{path}: {error.error_string}") from error
        except OSError:
            new.unlink(missing_ok=True)
            raise
        self._files.append((path, size))
        self._bytes += size
        while self._bytes > RING_BYTES and self._files:
            oldest, its_size = self._files.popleft()
            oldest.unlink(missing_ok=True)
            self._bytes -= its_size

    def _found(self) -> deque[tuple[Path, int]]:
        """What the daemon before us left, the oldest first."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for cut_short in self._folder.glob("*.new"):
            cut_short.unlink(missing_ok=True)
        found = sorted(
            (path.stat().st_mtime_ns, path, path.stat().st_size)
            for path in self._folder.glob(f"*{SUFFIX}")
        )
        self._bytes = sum(size for _, _, size in found)
        return deque((path, size) for _, path, size in found)
