"""Bandwidth: the frequency above which the programme falls into its noise, or into nothing.

By the powers in bands of a twelfth of an octave from 2 kHz on: the upper edge of the highest band
in which the programme stands 3 dB over the groove's noise, both by their median slice, which ticks
don't raise unless they are in every other one. Below the groove's noise lies the rounding to 16
bits (step squared over 12, spread evenly to half the sample rate): what falls into that meets a
codec's, a preamp's or a sample rate's end rather than the record's.
"""

import numpy as np

from runout.measure.slices import BAND_EDGES_HZ, Stretch

_OVER = 2.0
"""3 dB"""
_ROUNDING = (2.0**-15) ** 2 / 12.0
_HALF_RATE_HZ = 22_050.0
_CERTAIN = 4.0
"""Dither and the like are allowed 6 dB over the rounding"""
_ROW = 2
"""A single band may be a whistle (a monitor's 15.6 kHz): two side by side are programme"""


def bandwidth_hz(programme: Stretch, groove: Stretch) -> float | None:
    """Where a stretch of programme ends, given one of groove noise: 21,357 Hz at most.

    None where either is missing, and where nothing stands out.
    """
    if len(programme) == 0 or len(groove) == 0:
        return None
    music, noise = (np.median(one.bands.astype(np.float64), axis=0) for one in (programme, groove))
    nothing = _CERTAIN * _ROUNDING * np.diff(BAND_EDGES_HZ) / _HALF_RATE_HZ
    heard = music > _OVER * np.maximum(nothing, noise)
    in_row = np.flatnonzero(heard[: 1 - _ROW] & heard[_ROW - 1 :])
    return float(BAND_EDGES_HZ[in_row[-1] + _ROW]) if len(in_row) else None
