"""Level of a side on a grid of 50 ms, small enough to be kept from its beginning to its end.

Two lanes: the level, and the middle, about 1 to 4 kHz. In the middle there is no hum, rumble or
handling noise, and a groove without music stands further below music than anywhere else: a soft
bass passage is told from a gap by the level, and a gap with rumble in it by the middle.
"""

import numpy as np
import numpy.typing as npt

from runout.side.level import decibels, mean_power

Array = npt.NDArray[np.float32]

GRID_S = 0.05
"""Seconds a bin"""
DOWN, UP, STOPPED = 0, 1, 2
"""Where the needle is in a bin: in the groove, out of it, or in one that stands still"""
_CELLS = 9
"""Level is taken in so many cells a bin, 5.6 ms each"""
_BLOCK = 7
"""Samples whose mean is one of the middle: a low-pass to about 3 kHz at 44.1 kHz"""
_EVEN = np.full(_BLOCK, 1.0 / _BLOCK, np.float32)
_LEAST_DB = -127.5
_STEP_DB = 0.5
"""A byte holds a level, to a quarter of a decibel"""
_IDLE_BINS = 80
"""Kept while no side plays: it is certain only after a while that one does"""


class Envelope:
    """Gathers the levels of a stream; forgets those before the present side."""

    def __init__(self, rate: int) -> None:
        """Sound comes at `rate` hertz."""
        self._bin = round(rate * GRID_S)
        self._rest: Array = np.zeros((2, 0), np.float32)
        self._first = 0
        self._lanes = (bytearray(), bytearray())
        self._where = bytearray()
        self.latest = (_LEAST_DB, _LEAST_DB)
        """dBFS of level and middle in the last sound fed; medians, so that no click tells"""

    def feed(self, audio: Array) -> None:
        """Take sound of shape (2, samples)."""
        sound = np.concatenate((self._rest, audio), axis=1)
        bins = sound.shape[1] // self._bin
        self._rest = sound[:, bins * self._bin :]
        if bins == 0:
            return
        cut = sound[:, : bins * self._bin].reshape(2, bins, self._bin)
        # The louder channel: one that is dead must not make the other unheard.
        powers = np.empty((2, 2, bins), np.float32)
        powers[0] = _power(cut)
        powers[1] = _middle_power(cut)
        fed = np.maximum.reduce(decibels(powers), axis=1)
        # Floats may be beyond full scale; what is told of silence is more than the least.
        steps = np.minimum(np.rint((fed - _LEAST_DB) / _STEP_DB), 255.0).astype(np.uint8)
        for lane, step in zip(self._lanes, steps, strict=True):
            lane.extend(step)
        self.latest = (_median(fed[0]), _median(fed[1]))

    def mark(self, where: int) -> None:
        """Say where the needle was in the bins that were fed since the last word."""
        self._where.extend([where] * (len(self._lanes[0]) - len(self._where)))

    def landed(self, time_s: float) -> None:
        """Say that the needle has been down from `time_s` on, and not only since that is sure."""
        first = max(0, round(time_s / GRID_S) - self._first)
        self._where[first:] = bytes([DOWN] * (len(self._where) - first))

    def idle(self) -> None:
        """Say that no side plays: what is long past is forgotten."""
        surplus = len(self._where) - _IDLE_BINS
        if surplus > 0:
            self._first += surplus
            for kept in (*self._lanes, self._where):
                del kept[:surplus]

    def between(self, start_s: float, end_s: float) -> tuple[Array, Array, npt.NDArray[np.uint8]]:
        """Level and middle in dBFS, and where the needle was, from bin to bin: (bins) each."""
        start = max(0, round(start_s / GRID_S) - self._first)
        end = max(start, round(end_s / GRID_S) - self._first)
        level, middle = (
            np.frombuffer(bytes(lane[start:end]), np.uint8) * np.float32(_STEP_DB)
            + np.float32(_LEAST_DB)
            for lane in self._lanes
        )
        where = np.frombuffer(bytes(self._where[start : start + len(level)]), np.uint8)
        return level, middle, where


def _median(levels: Array) -> float:
    """Of a few; numpy's own takes as long as all else here."""
    rising: list[float] = sorted(levels.tolist())
    return 0.5 * (rising[(len(rising) - 1) // 2] + rising[len(rising) // 2])


def _power(cut: Array) -> Array:
    """Mean square of bins (2, bins, samples), without what lies below 100 Hz: (2, bins)."""
    cell = cut.shape[2] // _CELLS
    return mean_power(cut[:, :, : cell * _CELLS], cell)


def _middle_power(cut: Array) -> Array:
    """The same of the second differences of means of 7 samples.

    At 44.1 kHz 2 to 4 kHz come through with -4 dB, 1 kHz with -13, 100 Hz with -52, 50 Hz with -64.
    """
    blocks = cut.shape[2] // _BLOCK
    parted = cut[:, :, : blocks * _BLOCK].reshape(*cut.shape[:2], blocks, _BLOCK)
    means = parted @ _EVEN
    slopes = means[..., 1:] - means[..., :-1]
    bent = slopes[..., 1:] - slopes[..., :-1]
    power: Array = np.einsum("abc,abc->ab", bent, bent) / (16.0 * bent.shape[2])
    return power
