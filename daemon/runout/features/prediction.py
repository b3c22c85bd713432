"""What of the sound could not be foretold from the sound just before it.

Linear prediction takes the music's own spectrum off, whatever it is, so that a click stands out
which its peak alone would leave in the music. (Vaseghi and Rayner 1990; Essentia's ClickDetector
stands on the same.)
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_RIDGE = 1e-5
"""Of the power, added to it: keeps a pure tone's equations solvable"""
_POWER_FLOOR = 1e-12
"""Likewise for digital silence"""


def prediction_error(samples: Array, order: int) -> Array:
    """|Error| of linear prediction of `order`: (channels, samples) to (channels, samples - order).

    The coefficients are those of the whole of `samples`, by the autocorrelation method.
    """
    weighted = samples * _taper(samples.shape[1])
    total = weighted.shape[1]
    correlation = np.stack(
        [
            np.einsum("cn,cn->c", weighted[:, : total - lag], weighted[:, lag:])
            for lag in range(order + 1)
        ],
        axis=1,
    ).astype(np.float64)
    correlation[:, 0] = correlation[:, 0] * (1.0 + _RIDGE) + _POWER_FLOOR
    apart = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    coefficients = np.linalg.solve(correlation[:, apart], correlation[:, 1:, None])
    coefficients = coefficients.astype(np.float32)
    error = samples[:, order:].copy()
    for lag in range(1, order + 1):
        error -= coefficients[:, lag - 1] * samples[:, order - lag : total - lag]
    magnitude: Array = np.abs(error, out=error)
    return magnitude


@lru_cache
def _taper(length: int) -> Array:
    taper: Array = np.hanning(length).astype(np.float32)
    taper.setflags(write=False)
    return taper
