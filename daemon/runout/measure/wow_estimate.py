"""Wow, estimated from music: what a test record's tone would tell better (`wow.py`).

What the low and the high half of the spectrum do together, by their cross-spectrum over windows of
13 s, weighted as AES6-2008 weighs wow, but from 0.3 to 4 Hz alone: flutter is left out. RMS, not
the standard's 2 sigma, which is about twice as much of random wow, and 1.4 times of a sine. Music
whose instruments swing together adds to it, so it is that of the quieter windows, their lower
quartile; of wow that comes and goes that is less than the mean.
"""

import numpy as np
from scipy import fft

from runout.measure.pitch import STEP_S, PitchSteps, answer
from runout.measure.wow import weighting_gain

_WINDOW = 128
"""Steps, 12.8 s"""
_FEWEST = 5
"""Windows, 64 s of music"""
_RANGE_HZ = (0.3, 4.0)
_QUIETER = 0.25
_HEARD = 0.5
"""Of a window's steps"""


def wow_estimate_percent(steps: PitchSteps) -> float | None:
    """Return the weighted RMS of the wow in percent, from the steps of pitch of a side's music.

    None of less than a minute, and where the halves have nothing in common.
    """
    windows = len(steps) // _WINDOW
    used = windows * _WINDOW
    shape = (len(steps.curvature), windows, _WINDOW)
    slope = steps.slope_percent[:, :used].astype(np.float64).reshape(shape)
    curvature = steps.curvature[:, :used].astype(np.float64).reshape(shape)
    heard = np.count_nonzero(curvature[0], axis=1) >= _HEARD * _WINDOW
    slope, curvature = slope * _TAPER, curvature * _TAPER
    shared = curvature.prod(axis=0).sum(axis=1)
    told = heard & (shared > 0.0) & (curvature.sum(axis=2) > 0.0).all(axis=0)
    if np.count_nonzero(told) < _FEWEST:
        return None
    slope, curvature, shared = slope[:, told], curvature[:, told], shared[told]
    # A drift is no wow.
    drift = slope.sum(axis=2, keepdims=True) / curvature.sum(axis=2, keepdims=True)
    spectra = fft.rfft(slope - curvature * drift, axis=2) * _GAIN
    cross = (spectra[0] * spectra[1].conj()).real.sum(axis=1)
    # Parseval's, of both sides of the spectrum.
    square = 2.0 / _WINDOW * cross / shared
    quiet = float(np.quantile(square, _QUIETER))
    return float(np.sqrt(quiet)) if quiet > 0.0 else None


_TAPER = np.hanning(_WINDOW + 2)[1:-1]
_HZ = fft.rfftfreq(_WINDOW, STEP_S)
_IN_RANGE = (_RANGE_HZ[0] <= _HZ) & (_RANGE_HZ[1] >= _HZ)
_GAIN = np.zeros(len(_HZ))
_GAIN[_IN_RANGE] = weighting_gain(_HZ[_IN_RANGE]) / answer(_HZ[_IN_RANGE])
