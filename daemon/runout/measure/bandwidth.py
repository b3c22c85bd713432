"""Bandwidth: the frequency above which the programme falls into its noise, or into nothing.

By the powers in bands of a twelfth of an octave from 2 kHz on: the upper edge of the highest band
in which the louder slices stand 3 dB over the noise. Noise is the groove's own, from lead-in, gaps
or run-out; where none was heard, or below it, it is the rounding to 16 bits (step squared over 12,
spread evenly to half the sample rate), and what falls into that fell into nothing: a codec's, a
preamp's or a sample rate's end rather than the record's.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from runout.measure.slices import BAND_EDGES_HZ, Stretch

Into = Literal["noise", "nothing"]

_OVER = 2.0
"""3 dB"""
_LOUDER_PERCENTILE = 95.0
"""Treble comes in strokes: of each band its loud slices"""
_ROUNDING = (2.0**-15) ** 2 / 12.0
_HALF_RATE_HZ = 22_050.0
_CERTAIN = 4.0
"""Dither and the like are allowed 6 dB over the rounding"""
_ROW = 2
"""A single band may be a whistle (a monitor's 15.6 kHz): two side by side are programme"""


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """Where the programme ends."""

    hertz: float
    """Hertz; 21,357 is as far as is looked"""
    into: Into | None
    """What it falls into; None where it goes as far as is looked"""


def bandwidth(programme: Stretch, noise: Stretch | None = None) -> Bandwidth | None:
    """Of a stretch of programme, given one of groove noise; None where nothing stands out."""
    if len(programme) == 0:
        return None
    loud = np.percentile(programme.bands.astype(np.float64), _LOUDER_PERCENTILE, axis=0)
    nothing = _CERTAIN * _ROUNDING * np.diff(BAND_EDGES_HZ) / _HALF_RATE_HZ
    floor = nothing
    if noise is not None and len(noise) > 0:
        floor = np.maximum(nothing, np.median(noise.bands.astype(np.float64), axis=0))
    heard = loud > _OVER * floor
    in_row = np.flatnonzero(heard[: 1 - _ROW] & heard[_ROW - 1 :])
    if len(in_row) == 0:
        return None
    last = int(in_row[-1]) + _ROW - 1
    if last == len(heard) - 1:
        return Bandwidth(float(BAND_EDGES_HZ[-1]), None)
    # The band just above may hold the edge itself: the one after it is beyond.
    beyond = min(last + 2, len(heard) - 1)
    into: Into = "nothing" if floor[beyond] <= nothing[beyond] else "noise"
    return Bandwidth(float(BAND_EDGES_HZ[last + 1]), into)
