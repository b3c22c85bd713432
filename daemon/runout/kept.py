"""The last seconds of a stream, sample by sample, in the blocks that it came in."""

from collections import deque

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


class Kept:
    """Keeps at least the last `least` samples that were fed, and no block more than that takes."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._blocks: deque[Array] = deque()
        self.start = 0
        """Number, in the stream, of the first sample that is kept"""
        self.end = 0
        """Samples that were fed so far"""

    def feed(self, block: Array) -> None:
        """Take a block of shape (channels, samples), which nobody changes any more."""
        self._blocks.append(block)
        self.end += block.shape[1]
        while self.end - self.start - self._blocks[0].shape[1] >= self._least:
            self.start += self._blocks.popleft().shape[1]

    def between(self, start: int, end: int) -> Array:
        """Samples `start` to `end` of the stream, which must all be kept: (channels, samples)."""
        place, pieces = self.start, []
        for block in self._blocks:
            after = place + block.shape[1]
            if start < after and place < end:
                pieces.append(block[:, max(0, start - place) : end - place])
            place = after
        return np.concatenate(pieces, axis=1)
