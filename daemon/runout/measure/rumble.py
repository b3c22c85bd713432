"""Rumble: weightings A and B of IEC 60098 and DIN 45539, as they are publicly described.

A, 'unweighted': -3 dB at 10 Hz, 6 dB an octave below; -3 dB at 315 Hz, 12 dB an octave above.
B, 'weighted': 0 dB at 315 Hz, falling by 12 dB an octave to either side; the slopes are taken to
meet there in a point. The standard's meter is slow and its reference a test record's lateral
velocity (absolute figures need one): this is the RMS of the median slice, which a thump doesn't
raise, and relative to the programme. Bearings and warps move the stylus up and down, so lateral
and vertical are told apart. Mains hum lies within A and counts as rumble there.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.measure.slices import LATERAL, LEFT, RIGHT, VERTICAL, Stretch, decibels

Array = npt.NDArray[np.float64]

_LOW_HZ = 10.0
_HIGH_HZ = 315.0


def weighting_a(hertz: Array) -> Array:
    """Power gain of A at some frequencies."""
    low = np.square(hertz / _LOW_HZ)
    return np.asarray(low / (1.0 + low) / (1.0 + (hertz / _HIGH_HZ) ** 4))


def weighting_b(hertz: Array) -> Array:
    """Power gain of B at some frequencies."""
    octave = np.maximum(hertz, 1e-3) / _HIGH_HZ
    return np.asarray(np.minimum(octave, 1.0 / octave) ** 4)


@dataclass(frozen=True, slots=True)
class Rumble:
    """Rumble of a stretch without music."""

    lateral_a_db: float
    """dBFS, half of left plus right, weighting A"""
    vertical_a_db: float
    """Likewise of half of left minus right"""
    lateral_b_db: float
    """dBFS, weighting B"""
    vertical_b_db: float
    """Likewise"""
    left_b_db: float
    """dBFS, weighting B"""
    right_b_db: float
    """Likewise"""
    relative_a_db: float | None
    """A, in the louder channel, over the programme level; None where that is not known"""
    relative_b_db: float | None
    """Likewise, B"""


def rumble(stretch: Stretch, programme_db: float | None = None) -> Rumble | None:
    """Rumble of slices that hear no music, not in their reach either; None if there are none."""
    if len(stretch) == 0:
        return None
    a, b = decibels(np.median(stretch.rumble.astype(np.float64), axis=0))
    over = None
    if programme_db is not None:
        over = [float(max(row[LEFT], row[RIGHT])) - programme_db for row in (a, b)]
    return Rumble(
        lateral_a_db=float(a[LATERAL]),
        vertical_a_db=float(a[VERTICAL]),
        lateral_b_db=float(b[LATERAL]),
        vertical_b_db=float(b[VERTICAL]),
        left_b_db=float(b[LEFT]),
        right_b_db=float(b[RIGHT]),
        relative_a_db=None if over is None else over[0],
        relative_b_db=None if over is None else over[1],
    )
