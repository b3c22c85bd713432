"""What of the sound could not be foretold from the sound just before it.

Linear prediction takes the music's own spectrum off, whatever it is, so that a click stands out
which its peak alone would leave in the music. (Vaseghi and Rayner 1990; Essentia's ClickDetector
stands on the same.)
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_RIDGE = 1e-5
"""Share of the power"""
_POWER_FLOOR = 1e-12
"""Added to the power: keeps digital silence's equations solvable"""


def prediction_error(samples: Array, order: int) -> Array:
    """|Error| of linear prediction of `order`: (channels, samples) to (channels, samples - order).

    The coefficients are those of the whole of `samples`, by the autocorrelation method.
    """
    weights = predictor(samples * _taper(samples.shape[1]), order, _RIDGE).astype(np.float32)
    error = samples[:, order:].copy()
    total = samples.shape[1]
    for lag in range(1, order + 1):
        error -= weights[:, lag - 1, None] * samples[:, order - lag : total - lag]
    magnitude: Array = np.abs(error, out=error)
    return magnitude


def predictor(
    tapered: npt.NDArray[np.floating[Any]], order: int, ridge: float
) -> npt.NDArray[np.float64]:
    """Weights of the last 1 to `order` samples in the next one: (channels, order).

    Linear prediction of sounds of shape (channels, samples) that fade in and out, by the
    autocorrelation method; `ridge`, a share of the power, keeps a pure tone's equations solvable.
    """
    total = tapered.shape[1]
    correlation = np.stack(
        [
            np.einsum("cn,cn->c", tapered[:, : total - lag], tapered[:, lag:])
            for lag in range(order + 1)
        ],
        axis=1,
    ).astype(np.float64)
    correlation[:, 0] = correlation[:, 0] * (1.0 + ridge) + _POWER_FLOOR
    apart = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    weights: npt.NDArray[np.float64]
    weights = np.linalg.solve(correlation[:, apart], correlation[:, 1:, None])[..., 0]
    return weights


@lru_cache
def _taper(length: int) -> Array:
    taper: Array = np.hanning(length).astype(np.float32)
    taper.setflags(write=False)
    return taper
