"""Mel-frequency cepstral coefficients."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.features.mel import dct_matrix, mel_matrix, window
from runout.features.params import FeatureParams

Wide = npt.NDArray[np.float64]

_POWER_FLOOR = 1e-10
"""-100 dB in a mel band; librosa's `power_to_db` default, so that the two agree"""


def mfcc(frames: npt.NDArray[np.float32], params: FeatureParams) -> Wide:
    """MFCCs of `frames`, shape (..., n_fft), to shape (..., n_mfcc), in decibels.

    Equal to `librosa.feature.mfcc` with Hann window, power 2, Slaney mel scale and
    orthonormal DCT-II, but without its `top_db`, which needs the whole sound's maximum.
    """
    taper, filters, rotation = _constants(params)
    # In double precision: beside a loud tone, single would fill the quiet bands with its errors.
    spectrum = fft.rfft(frames * taper, axis=-1)
    power = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    mel = power @ filters
    np.maximum(mel, _POWER_FLOOR, out=mel)
    log_mel = np.log10(mel, out=mel)
    log_mel *= 10.0
    coefficients: Wide = log_mel @ rotation
    return coefficients


@lru_cache
def _constants(params: FeatureParams) -> tuple[Wide, Wide, Wide]:
    """Window, mel filters and DCT in one look-up: each hashes all of `params`."""
    return window(params), mel_matrix(params), dct_matrix(params)
