"""The eight figures of a window of sound that Vinyl Scratch Detector's models are told.

Its feature_extraction.py (github.com/FaQRed/VinylScratchDetector) takes them from librosa at its
defaults. These agree with those, without librosa.
"""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft

from runout.features.mel import dct_matrix, mel_matrix, window
from runout.features.params import FeatureParams

Mono = npt.NDArray[np.float32]

RATE = 16_000
"""Hertz, of the mono sound"""
WINDOW_S = 3.0
HOP_S = 1.0
"""Between the beginnings of two windows"""
FIGURES = (
    "zcr mean",
    "zcr deviation",
    "zcr maximum",
    "rms mean",
    "rms maximum",
    "mean of all MFCCs",
    "centroid mean",
    "centroid maximum",
)
"""Over the frames of a window. That project's very eight, not eight of our choice, so that what is
judged is that system: its maxima are what a single click can move at all"""

_PARAMS = FeatureParams(
    sample_rate=RATE, n_fft=2048, hop=512, n_mels=128, n_mfcc=13, fmin_hz=0.0, fmax_hz=RATE / 2
)
_DEPTH_DB = 80.0
"""Below a window's largest mel band, no band is lower"""
_POWER_FLOOR = 1e-10
_NO_CROSSING = 1e-10
"""Samples within this of zero have no sign of their own"""
_SILENT = float(np.finfo(np.float32).tiny)
"""A frame whose magnitudes add up to less has its centroid at 0 Hz"""

PARAMETERS = (
    float(RATE),
    WINDOW_S,
    float(_PARAMS.n_fft),
    float(_PARAMS.hop),
    float(_PARAMS.n_mels),
    float(_PARAMS.n_mfcc),
    _DEPTH_DB,
)
"""What a model's figures must have been made with, to be asked about these"""


def eight_figures(sound: Mono) -> npt.NDArray[np.float32]:
    """The `FIGURES` of a window at 16 kHz, shape (samples,), which may be short: (8,).

    Rates are crossings a sample, levels of full scale, the centroid in hertz.
    """
    crossings = _crossings(sound)
    # In double precision throughout; librosa's single differs from it by its own rounding.
    frames = _frames(np.pad(sound.astype(np.float64), _PARAMS.n_fft // 2))
    level = np.sqrt(np.mean(frames**2, axis=1))
    spectrum = fft.rfft(frames * window(_PARAMS), axis=1)
    magnitude = np.abs(spectrum)
    centroid = _centroid(magnitude)
    return np.array(
        [
            *(crossings.mean(), crossings.std(), crossings.max()),
            *(level.mean(), level.max()),
            _cepstrum(magnitude**2).mean(),
            *(centroid.mean(), centroid.max()),
        ],
        np.float32,
    )


def _frames(padded: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return sliding_window_view(padded, _PARAMS.n_fft)[:: _PARAMS.hop]


def _crossings(sound: Mono) -> npt.NDArray[np.float64]:
    """Share of the samples of each frame whose sign isn't the one's before them."""
    below = np.pad(sound, _PARAMS.n_fft // 2, mode="edge") < -_NO_CROSSING
    # So many changes up to and with each sample; that into a frame's first isn't the frame's.
    changes = np.cumsum(np.diff(below, prepend=below[:1]))
    first = np.arange(0, len(below) - _PARAMS.n_fft + 1, _PARAMS.hop)
    share: npt.NDArray[np.float64] = (
        changes[first + _PARAMS.n_fft - 1] - changes[first]
    ) / _PARAMS.n_fft
    return share


def _centroid(magnitude: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    hertz = fft.rfftfreq(_PARAMS.n_fft, 1.0 / RATE)
    total = magnitude.sum(axis=1)
    centroid: npt.NDArray[np.float64] = magnitude @ hertz / np.where(total < _SILENT, 1.0, total)
    return centroid


def _cepstrum(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    decibels = 10.0 * np.log10(np.maximum(power @ mel_matrix(_PARAMS), _POWER_FLOOR))
    deep: npt.NDArray[np.float64] = np.maximum(decibels, decibels.max() - _DEPTH_DB)
    coefficients: npt.NDArray[np.float64] = deep @ dct_matrix(_PARAMS)
    return coefficients
