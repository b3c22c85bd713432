"""Sound files as a source."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from os import PathLike
from pathlib import Path

from runout.source.block import Block
from runout.source.decoder import Decoder
from runout.source.ring import Ring

# Seconds that are decoded ahead: enough for the two threads to take turns seldom, small in memory.
_AHEAD_S = 2.0


class FileSource:
    """A sound file, streamed through a ring by a thread of its own, as a capture device is."""

    def __init__(self, path: str | PathLike[str], block_s: float = 0.1, pace: bool = False) -> None:
        """Open the file; raise RunoutError where Runout can't listen to it.

        `block_s` is the length of a block in seconds. With `pace`, blocks come as they would from
        a turntable; without, as fast as they are read.
        """
        self._path = Path(path)
        self._pace = pace
        self._decoder = Decoder(self._path)
        self._block_frames = max(1, round(block_s * self.sample_rate))
        self._ring = Ring(max(2 * self._block_frames, round(_AHEAD_S * self.sample_rate)))
        self._reader = threading.Thread(target=self._feed, name="runout-file", daemon=True)

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self._path.name

    @property
    def sample_rate(self) -> int:
        """Hertz, the file's own."""
        return self._decoder.sample_rate

    @property
    def duration_s(self) -> float | None:
        """Seconds, or None where the file doesn't say."""
        frames = self._decoder.frames
        return None if frames is None else frames / self.sample_rate

    def blocks(self) -> Iterator[Block]:
        """Yield the file's blocks in order, once; the last may be shorter.

        Raises RunoutError where the sound is damaged, after everything that could be decoded.
        """
        if self._ring.closed:
            return
        self._reader.start()
        start = 0
        try:
            while len(samples := self._ring.read(self._block_frames)):
                yield Block(samples, start)
                start += len(samples)
        finally:
            self.close()
            self._reader.join()

    def close(self) -> None:
        """Stop reading and let go of the file; blocks() then ends. Safe from a signal handler."""
        self._ring.close()
        if self._reader.ident is None:
            self._decoder.close()

    def _feed(self) -> None:
        """Decode into the ring; the file is closed by the thread that reads it."""
        began = time.monotonic()
        frames = 0
        with self._ring, closing(self._decoder):
            for piece in self._decoder.pieces(self._block_frames):
                frames += len(piece)
                if self._pace:
                    # Due times count from the beginning, so that errors don't add up to a drift.
                    time.sleep(max(0.0, began + frames / self.sample_rate - time.monotonic()))
                if not self._ring.put(piece):
                    break
