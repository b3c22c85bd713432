"""The waveform that a player draws: the lowest and highest sample of each wall, hop by hop."""

import math

import numpy as np
import numpy.typing as npt

from runout.report.messages import Fields
from runout.source.block import Samples

MOST_HOPS = 12_000
"""Three screens of 4K side by side"""
_LEAST_HOP_S = 0.005
_FULL = 127


class Peaks:
    """Fed a sound of `frames` frames from front to back."""

    def __init__(self, frames: int, rate: int) -> None:
        self._hop = max(1, round(_LEAST_HOP_S * rate), math.ceil(frames / MOST_HOPS))
        self._rate = rate
        hops = -(-frames // self._hop)
        self._low = np.full((hops, 2), np.inf, np.float32)
        self._high = np.full((hops, 2), -np.inf, np.float32)

    def feed(self, samples: Samples, start: int) -> None:
        """Take the next samples, (frames, 2), the first of which is frame `start`."""
        first = start // self._hop
        last = (start + len(samples) - 1) // self._hop
        edges = np.arange(first + 1, last + 1) * self._hop
        offsets = np.concatenate(([start], edges)) - start
        hit = slice(first, last + 1)
        low = np.minimum.reduceat(samples, offsets, axis=0)
        high = np.maximum.reduceat(samples, offsets, axis=0)
        self._low[hit] = np.minimum(self._low[hit], low)
        self._high[hit] = np.maximum(self._high[hit], high)

    def fields(self) -> Fields:
        """Return `hop_s`, `left` and `right`: low and high in turn, full scale at 127."""
        both = np.stack((_whole(self._low), _whole(self._high)), axis=1)
        return {
            "hop_s": self._hop / self._rate,
            "left": both[:, :, 0].ravel().tolist(),
            "right": both[:, :, 1].ravel().tolist(),
        }


def _whole(values: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    whole: npt.NDArray[np.int64] = np.rint(np.clip(values, -1.0, 1.0) * _FULL).astype(np.int64)
    return whole
