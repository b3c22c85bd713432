"""Level of the programme, step by step."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_FLOOR = 2e-13
"""-127 dBFS"""


def level_db(audio: Array, hop: int) -> tuple[float, float]:
    """RMS of left and right in dBFS, of (2, cells * hop) samples, without what is below 100 Hz."""
    left, right = decibels(mean_power(audio, hop)).tolist()
    return left, right


def mean_power(audio: Array, cell: int) -> Array:
    """Mean square of (..., cells * cell) samples, but for what is below 100 Hz: (...)."""
    power = cell_power(audio, cell)
    # numpy's own mean takes twice as long.
    mean: Array = np.add.reduce(power, axis=-1) / np.float32(power.shape[-1])
    return mean


def cell_power(audio: Array, cell: int) -> Array:
    """Mean square of each cell of (..., cells * cell) samples: (..., cells).

    Each cell's own straight line is taken off first, which leaves out what lies below some
    100 Hz: rumble and warp are often louder than a quiet passage, and are no programme.
    """
    cells = audio.reshape(*audio.shape[:-1], -1, cell)
    whole = np.einsum("...n,...n->...", cells, cells)
    level, slope = _lines(cell)
    whole -= np.square(cells @ level) + np.square(cells @ slope)
    power: Array = np.maximum(whole, np.float32(0.0), out=whole) / np.float32(cell)
    return power


@lru_cache
def _lines(cell: int) -> Array:
    """What every straight line is made of: a level and a slope, (2, cell), of unit length."""
    lines = np.stack((np.ones(cell), np.linspace(-1.0, 1.0, cell)))
    unit: Array = (lines / np.linalg.norm(lines, axis=1)[:, None]).astype(np.float32)
    unit.setflags(write=False)
    return unit


def decibels(power: Array) -> Array:
    """dBFS of mean squares, -127 at least."""
    level: Array = 10.0 * np.log10(np.maximum(power, _FLOOR))
    return level
