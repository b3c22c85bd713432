"""Groove noise: the hiss of the groove's own roughness, with the spectrum of a real record.

The table below was measured on tests/data/vinyl_hiss.flac (CC0, a real 33 1/3 rpm groove without
music): power density of lateral and vertical ((L+R) and (L-R) over the root of 2) in Hann windows
of 8192 samples every 2048, of each frequency the median over the 169 windows divided by ln 2 (the
mean of an exponential distribution from its median, which leaves ticks out: 0.7 dB below the mean
from 1 to 10 kHz), averaged over third octaves. Its lateral and vertical were uncorrelated within
what 8 s can tell (left and right differ by 0.7 dB at most), so they are drawn independently, which
gives left and right the correlation that it has: 0.5 at 100 Hz, 0.85 from 0.5 to 1.5 kHz, 0.05 at
10 kHz. What lies below 63 Hz is rumble.py's.
"""

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout_training.corpus.tracks import RATE
from runout_training.wear.worn import Sound, Worn

TABLE = np.array(
    (
        (63, -65.2, -68.4),
        (80, -65.4, -69.4),
        (100, -64.9, -69.6),
        (125, -66.4, -71.3),
        (160, -67.1, -73.7),
        (200, -68.2, -74.7),
        (250, -69.9, -77.8),
        (315, -70.8, -80.0),
        (400, -71.8, -80.7),
        (500, -72.8, -85.0),
        (630, -74.0, -86.0),
        (800, -75.1, -86.9),
        (1000, -75.8, -87.0),
        (1250, -77.0, -88.5),
        (1600, -78.7, -89.0),
        (2000, -81.0, -90.0),
        (2500, -83.7, -90.8),
        (3150, -86.3, -92.0),
        (4000, -89.0, -93.3),
        (5000, -92.0, -95.2),
        (6300, -95.3, -97.0),
        (8000, -97.9, -99.1),
        (10000, -101.0, -101.5),
        (12500, -104.3, -104.7),
        (16000, -105.5, -108.1),
        (20000, -107.5, -112.6),
    )
)
"""Hz (centre of the third octave), lateral, vertical (dB of full scale squared a hertz)"""
BANDS_HZ, LATERAL_DB, VERTICAL_DB = TABLE.T

_TILT_DB = (-1.0, 3.0)
"""An octave about 1 kHz: that record is a dark one, and shellac is nearly white"""
_BAND_DB = 2.0
"""Standard deviation of each third octave"""
_APART_DB = 4.0
"""Likewise of vertical against lateral"""
_LEAST_HZ = 20.0


def groove_noise(rng: np.random.Generator, samples: int) -> Sound:
    """Steady groove noise of unit RMS, shape (2, samples), a spectrum about the real record's."""
    tilt = rng.uniform(*_TILT_DB) * np.log2(BANDS_HZ / 1000.0)
    apart = rng.normal(0.0, _APART_DB)
    return shaped(
        rng,
        samples,
        LATERAL_DB + tilt + rng.normal(0.0, _BAND_DB, len(BANDS_HZ)),
        VERTICAL_DB + tilt + rng.normal(0.0, _BAND_DB, len(BANDS_HZ)) + apart,
    )


def shaped(
    rng: np.random.Generator,
    samples: int,
    lateral_db: npt.NDArray[np.float64],
    vertical_db: npt.NDArray[np.float64],
) -> Sound:
    """Gaussian noise of unit RMS whose lateral and vertical have those densities in BANDS_HZ."""
    length = fft.next_fast_len(samples, real=True)
    hertz = fft.rfftfreq(length, 1 / RATE)
    at = np.log2(np.maximum(hertz, _LEAST_HZ))
    grid = np.log2(BANDS_HZ)
    draws = rng.standard_normal((2, len(hertz), 2), np.float32).view(np.complex64)[..., 0]
    for row, decibels in enumerate((lateral_db, vertical_db)):
        draws[row] *= np.exp(np.interp(at, grid, decibels - lateral_db[0]) * (np.log(10) / 20))
    draws[:, hertz < _LEAST_HZ] = 0.0
    lateral, vertical = fft.irfft(draws, length)[:, :samples].astype(np.float64)
    sound = np.stack((lateral + vertical, lateral - vertical))
    return np.asarray(sound / (np.sqrt(np.mean(sound**2)) + 1e-30))


def surface_noise(rng: np.random.Generator, worn: Worn, down_db: float) -> Worn:
    """Put groove noise under the programme, its RMS `down_db` below the whole sound's."""
    sound = worn.sound
    level = float(np.sqrt(np.mean(sound**2))) * 10 ** (-down_db / 20)
    return worn.with_truth(sound + groove_noise(rng, sound.shape[1]) * level)
