"""The ear amid music: how much energy it takes to be heard.

The music is spread over the ear's bands (Schroeder, Atal and Hall 1979, J. Acoust. Soc. Am. 66,
1647) and masks as noise does, 5.5 dB below itself (Johnston 1988). To that comes the threshold in
quiet (Terhardt 1979, Hearing Research 1, 155), with the side's loudest music taken to be played at
75 dB SPL. The ear gathers energy for 100 ms (Poulsen 1981), so an impulse of 1 ms must stand 20 dB
higher than a tone to be heard. What is heard in many bands adds up as the square root of the sum
of the squares (Buus, Schorer, Florentine and Zwicker 1986, J. Acoust. Soc. Am. 80, 1646: a complex
of 18 tones is heard 6 to 7 dB below a single one).

Energies and powers come in mel bands as spectral densities: white sound of mean square p that lasts
n samples reads p n in every band, or as a power, p.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from runout.features.mel import mel_matrix, window
from runout.features.params import FeatureParams

Array = npt.NDArray[np.float32]
Bands = npt.NDArray[np.float32]
_Wide = npt.NDArray[np.float64]

_GATHERED_S = 0.1
"""That the ear gathers energy for, well above the threshold in quiet (Poulsen 1981, J. Acoust.
Soc. Am. 69, 1786)"""
_NOISE_DB = 5.5
"""Below its own level, what is like noise masks (Johnston 1988, IEEE J. Sel. Areas Commun. 6,
314)"""
_LOUDEST_SPL_DB = 75.0
"""At which the side's loudest music is taken to be played"""
POWER_FLOOR = 1e-10
"""-100 dBFS: a side's loudest is taken for no less"""
_LEAST_DB = -40.0
"""So far below the threshold nothing is told apart"""


@dataclass(frozen=True, slots=True)
class Ear:
    """What the model needs for a set of bands."""

    window: Array
    """Hann, shape (n_fft,)"""
    bands: Array
    """Means over each band of the powers of bins of either sign, shape (n_fft, bands)"""
    masking: Array
    """From a masker's power in each band to the masked threshold, shape (bands, bands)"""
    quiet: Bands
    """Threshold in quiet, over the power of the side's loudest, shape (bands,)"""
    barks: Bands
    """Width of each band in Bark"""
    quartile: Bands
    """Lower quartile of a band's power in noise, over its mean"""
    gathered: float
    """Samples that the ear gathers energy for"""


@lru_cache
def ear_of(params: FeatureParams) -> Ear:
    """The ear for the mel bands of some feature parameters."""
    mel = mel_matrix(params).astype(np.float64)
    bands = mel / mel.sum(axis=0)
    hertz = np.fft.rfftfreq(params.n_fft, 1.0 / params.sample_rate) @ bands
    bark = _bark(hertz)
    barks = np.gradient(bark)
    bark_hz = np.gradient(hertz) / barks
    # From a masker in the band of the row to the threshold in the band of the column.
    spread = 10.0 ** (_spread_db(bark[None, :] - bark[:, None]) / 10.0) * barks[:, None]
    # Spreading alone neither adds nor takes (Johnston 1988): even noise stays what it is.
    spread /= spread.sum(axis=0)
    masking = spread * (bark_hz[:, None] / bark_hz[None, :]) * 10.0 ** (-_NOISE_DB / 10.0)
    # The threshold in quiet is that of a tone, the power within one critical band.
    quiet = 10.0 ** ((_quiet_spl_db(hertz) - _LOUDEST_SPL_DB) / 10.0)
    quiet *= 0.5 * params.sample_rate / bark_hz
    return Ear(
        window(params).astype(np.float32),
        (0.5 * np.concatenate((bands, bands[-2:0:-1]))).astype(np.float32),
        masking.astype(np.float32),
        quiet.astype(np.float32),
        barks.astype(np.float32),
        _quartile(bands).astype(np.float32),
        _GATHERED_S * params.sample_rate,
    )


def _bark(hertz: _Wide) -> _Wide:
    """Critical-band rate (Zwicker and Terhardt 1980)."""
    khz = hertz / 1000.0
    rate: _Wide = 13.0 * np.arctan(0.76 * khz) + 3.5 * np.arctan(np.square(khz / 7.5))
    return rate


def _spread_db(bark: _Wide) -> _Wide:
    """Excitation so many Bark above its masker (Schroeder, Atal and Hall 1979, equation 9)."""
    shifted = bark + 0.474
    spread: _Wide = 15.81 + 7.5 * shifted - 17.5 * np.sqrt(1.0 + np.square(shifted))
    return spread


def _quartile(bands: _Wide) -> _Wide:
    """Lower quartile of noise's power in each band over its mean.

    Chi-squared, by Wilson and Hilferty (1931); a Hann window leaves two bins in three independent.
    """
    freedom = 2.0 * np.maximum(1.0, 1.0 / np.square(bands).sum(axis=0) / 1.5)
    spread = 2.0 / (9.0 * freedom)
    quartile: _Wide = (1.0 - spread - 0.6745 * np.sqrt(spread)) ** 3
    return quartile


def _quiet_spl_db(hertz: _Wide) -> _Wide:
    """Threshold in quiet, dB SPL (Terhardt 1979)."""
    khz = hertz / 1000.0
    level: _Wide = 3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * np.square(khz - 3.3)) + 1e-3 * khz**4
    return level


def excess_db(
    energy: Bands, masker: Bands, loudest: float, params: FeatureParams | None = None
) -> float:
    """Decibels of an impulse over its threshold of being heard, -40 at least.

    `energy` of the impulse and `masker`, the power of what masks it, in mel bands; `loudest` is
    the mean square of the side's loudest music, left and right together.
    """
    ear = ear_of(params or FeatureParams())
    threshold = (masker @ ear.masking + max(loudest, POWER_FLOOR) * ear.quiet) * ear.gathered
    heard = float(np.square(energy / threshold) @ ear.barks)
    return 5.0 * math.log10(heard) if heard > 10.0 ** (_LEAST_DB / 5.0) else _LEAST_DB
