"""Level of the programme, step by step."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_FLOOR = 1e-12
"""-120 dBFS"""


def level_db(audio: Array, hop: int) -> tuple[float, float]:
    """RMS of left and right in dBFS, of (2, cells * hop) samples, without what is below 100 Hz."""
    left, right = decibels(cell_power(audio, hop).mean(axis=1))
    return float(left), float(right)


def cell_power(audio: Array, cell: int) -> Array:
    """Mean square of each cell of (..., cells * cell) samples: (..., cells).

    Each cell's own straight line is taken off first, which leaves out what lies below some
    100 Hz: rumble and warp are often louder than a quiet passage, and are no programme.
    """
    cells = audio.reshape(*audio.shape[:-1], -1, cell)
    ramp = np.linspace(-1.0, 1.0, cell, dtype=np.float32)
    ramp /= np.sqrt(np.square(ramp).sum())
    power: Array = cells.var(axis=-1) - np.square(cells @ ramp) / cell
    return power


def decibels(power: Array) -> Array:
    """dBFS of mean squares, -120 at least."""
    level: Array = 10.0 * np.log10(np.maximum(power, _FLOOR))
    return level
