"""Sums of steady sines, by one matrix product."""

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE
from runout_training.wear.worn import Sound

_BLOCK = 512


def tones(hertz: npt.NDArray[np.float64], sizes: npt.NDArray[np.complex128], samples: int) -> Sound:
    """Sum of sines a row of `sizes` (shape (rows, tones)), shape (rows, samples).

    The magnitude of a size is the amplitude, its angle the phase at the first sample, as of a
    cosine.
    """
    turn = 2j * np.pi * hertz / RATE
    starts = np.exp(np.outer(np.arange(0, samples, _BLOCK), turn))
    inside = np.exp(np.outer(turn, np.arange(_BLOCK)))
    whole = (sizes[:, None, :] * starts) @ inside
    return np.asarray(whole.real.reshape(len(sizes), -1)[:, :samples])
