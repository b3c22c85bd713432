"""Mel-frequency cepstral coefficients."""

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.features.mel import dct_matrix, mel_matrix, window
from runout.features.params import FeatureParams

_POWER_FLOOR = 1e-10
"""-100 dB in a mel band; librosa's `power_to_db` default, so that the two agree"""


def mfcc(frames: npt.NDArray[np.float32], params: FeatureParams) -> npt.NDArray[np.float64]:
    """MFCCs of `frames`, shape (..., n_fft), to shape (..., n_mfcc), in decibels.

    Equal to `librosa.feature.mfcc` with Hann window, power 2, Slaney mel scale and
    orthonormal DCT-II, but without its `top_db`, which needs the whole sound's maximum.
    """
    # In double precision: beside a loud tone, single would fill the quiet bands with its errors.
    spectrum = fft.rfft(frames * window(params), axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    mel = np.maximum(power @ mel_matrix(params), _POWER_FLOOR)
    log_mel = 10.0 * np.log10(mel)
    coefficients: npt.NDArray[np.float64] = log_mel @ dct_matrix(params)
    return coefficients
