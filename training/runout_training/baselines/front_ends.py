"""The predecessors' features, of mono windows at 16 kHz, with their own numbers.

Eight figures and mel images: github.com/FaQRed/VinylScratchDetector. MFCC images: the common
Keras sound classifier of 15 coefficients on 2 s.
"""

import librosa
import numpy as np
import numpy.typing as npt
import soxr

from runout_training.baselines.windows import WINDOW_S
from runout_training.corpus.tracks import RATE

Mono = npt.NDArray[np.float32]
Features = npt.NDArray[np.float32]

MONO_RATE = 16_000
"""Hertz"""
MFCC_WINDOW_S = 2.0

_MELS, _MEL_FFT, _MEL_HOP = 96, 512, 256
_MEL_DEPTH_DB = 80.0
_MFCCS, _MFCC_HOP = 15, 512


def mono(sound: npt.NDArray[np.float32]) -> Mono:
    """Sound of shape (2, samples) at 44.1 kHz as they hear it: mono at 16 kHz."""
    mixed: Mono = soxr.resample(sound.mean(axis=0), RATE, MONO_RATE).astype(np.float32)
    return mixed


def cut(whole: Mono, starts: npt.NDArray[np.int64], seconds: float) -> npt.NDArray[np.float32]:
    """Windows of `seconds` of a mono sound, from `starts` (samples at 44.1 kHz) on."""
    length = round(seconds * MONO_RATE)
    first = np.rint(starts * (MONO_RATE / RATE)).astype(np.int64)
    # Resampling may lack a last sample.
    padded = np.pad(whole, (0, 2))
    return np.stack([padded[start : start + length] for start in first])


def eight_figures(window: Mono) -> Features:
    """The eight `runout.web.predecessors.figures.FIGURES` of a 3 s window: (8,)."""
    crossings = librosa.feature.zero_crossing_rate(window)
    level = librosa.feature.rms(y=window)
    coefficients = librosa.feature.mfcc(y=window, sr=MONO_RATE, n_mfcc=13)
    centroid = librosa.feature.spectral_centroid(y=window, sr=MONO_RATE)
    return np.array(
        [
            *(crossings.mean(), crossings.std(), crossings.max()),
            *(level.mean(), level.max()),
            coefficients.mean(),
            *(centroid.mean(), centroid.max()),
        ],
        np.float32,
    )


def mel_image(window: Mono) -> Features:
    """Decibels of 96 mel bands of a 3 s window, its own range as 0 to 1: (96, 188)."""
    power = librosa.feature.melspectrogram(
        y=window, sr=MONO_RATE, n_fft=_MEL_FFT, hop_length=_MEL_HOP, n_mels=_MELS
    )
    decibels = librosa.power_to_db(power, ref=np.max, top_db=_MEL_DEPTH_DB)
    low = decibels.min()
    image: Features = ((decibels - low) / (decibels.max() - low + 1e-6)).astype(np.float32)
    return image


def mfcc_image(window: Mono) -> Features:
    """15 MFCCs of a 2 s window: (15, 63)."""
    image: Features = librosa.feature.mfcc(
        y=window, sr=MONO_RATE, n_mfcc=_MFCCS, hop_length=_MFCC_HOP
    ).astype(np.float32)
    return image


FRONT_ENDS = {
    "eight figures": (eight_figures, WINDOW_S),
    "mel image": (mel_image, WINDOW_S),
    "mfcc image": (mfcc_image, MFCC_WINDOW_S),
}
"""Features by name, each with the seconds of its window"""
