"""What of the sound could not be foretold from the sound just before it.

Linear prediction takes the music's own spectrum off, whatever it is, so that a click stands out
which its peak alone would leave in the music. (Vaseghi and Rayner 1990; Essentia's ClickDetector
stands on the same.)
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_RIDGE = 1e-5
"""Share of the power"""
_POWER_FLOOR = 1e-12
"""Added to the power: keeps digital silence's equations solvable"""


def prediction_error(samples: Array, order: int) -> Array:
    """|Error| of linear prediction of `order`: (channels, samples) to (channels, samples - order).

    The coefficients are those of the whole of `samples`, by the autocorrelation method.
    """
    channels, total = samples.shape
    tapered = np.zeros((channels, total + order))
    np.multiply(samples, _taper(total), out=tapered[:, :total])
    row, sample = tapered.strides
    later: Wide = np.ndarray(
        (channels, order + 1, total), buffer=tapered, strides=(row, sample, sample)
    )
    correlation = np.einsum("cn,cln->cl", tapered[:, :total], later)
    weights = predictor(correlation, _RIDGE).astype(np.float32)
    error = samples[:, order:].copy()
    for lag, weight in enumerate(weights.T[:, :, None], start=1):
        error -= weight * samples[:, order - lag : total - lag]
    magnitude: Array = np.abs(error, out=error)
    return magnitude


def predictor(correlation: Wide, ridge: float) -> Wide:
    """Weights of the last 1 to `order` samples in the next one: (channels, order).

    From sums of products of samples 0 to `order` apart, (channels, order + 1), of sounds that fade
    in and out; `ridge`, a share of the power, keeps a pure tone's equations solvable.
    """
    stiff = correlation.copy()
    stiff[:, 0] = stiff[:, 0] * (1.0 + ridge) + _POWER_FLOOR
    weights: Wide = np.linalg.solve(stiff[:, _apart(stiff.shape[1] - 1)], stiff[:, 1:, None])
    return weights[..., 0]


@lru_cache
def _apart(order: int) -> Places:
    """Which lag each of the prediction's equations has for each weight: (order, order)."""
    apart: Places = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    return apart


@lru_cache
def _taper(length: int) -> Array:
    taper: Array = np.hanning(length).astype(np.float32)
    taper.setflags(write=False)
    return taper
