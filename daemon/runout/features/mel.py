"""Mel filter bank and DCT matrices, computed once for a set of parameters."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from runout.features.params import FeatureParams

Matrix = npt.NDArray[np.float64]

# Slaney's Auditory Toolbox (1998): linear to 1 kHz, logarithmic above; librosa's default too.
_HZ_PER_MEL = 200.0 / 3.0
_LOG_FROM_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27.0


def _mel_from_hz(hz: float) -> float:
    if hz < _LOG_FROM_HZ:
        return hz / _HZ_PER_MEL
    return float(_LOG_FROM_HZ / _HZ_PER_MEL + np.log(hz / _LOG_FROM_HZ) / _LOG_STEP)


def _hz_from_mel(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    knee = _LOG_FROM_HZ / _HZ_PER_MEL
    above = _LOG_FROM_HZ * np.exp(_LOG_STEP * (np.maximum(mel, knee) - knee))
    return np.where(mel < knee, mel * _HZ_PER_MEL, above)


@lru_cache
def mel_matrix(params: FeatureParams) -> Matrix:
    """Triangular mel filters of unit area: shape (n_fft // 2 + 1, n_mels)."""
    edges = _hz_from_mel(
        np.linspace(_mel_from_hz(params.fmin_hz), _mel_from_hz(params.fmax_hz), params.n_mels + 2)
    )
    bins = np.fft.rfftfreq(params.n_fft, 1.0 / params.sample_rate)[:, None]
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    rise = (bins - low) / (centre - low)
    fall = (high - bins) / (high - centre)
    triangles = np.maximum(0.0, np.minimum(rise, fall))
    matrix: Matrix = (triangles * (2.0 / (high - low))).astype(np.float32).astype(np.float64)
    matrix.setflags(write=False)
    return matrix


@lru_cache
def dct_matrix(params: FeatureParams) -> Matrix:
    """Orthonormal DCT-II, shape (n_mels, n_mfcc): `log_mel @ dct_matrix`."""
    band = np.arange(params.n_mels)[:, None] + 0.5
    order = np.arange(params.n_mfcc)[None, :]
    matrix = np.cos(np.pi / params.n_mels * band * order) * np.sqrt(2.0 / params.n_mels)
    matrix[:, 0] *= np.sqrt(0.5)
    result: Matrix = matrix.astype(np.float32).astype(np.float64)
    result.setflags(write=False)
    return result


@lru_cache
def window(params: FeatureParams) -> npt.NDArray[np.float64]:
    """Periodic Hann window, shape (n_fft,)."""
    phase = 2.0 * np.pi * np.arange(params.n_fft) / params.n_fft
    result: npt.NDArray[np.float64] = 0.5 - 0.5 * np.cos(phase)
    result.setflags(write=False)
    return result
