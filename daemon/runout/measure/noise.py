"""Surface noise, weighted as it annoys: ITU-R BS.468-4, Annex 1, clause 1.

The weighting network's response is its rational form, 0 dB at 1 kHz, +12.2 dB at 6.3 kHz. The
standard's meter (clause 2) is a quasi-peak meter; this is the RMS of the weighted spectrum: a
quasi-peak meter read 3.4 dB more on weighted white noise, and reads far more on ticks. Ticks are
counted for themselves, so the noise is that of the median 100 ms, which a few ticks don't raise.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.measure.slices import LATERAL, LEFT, RIGHT, VERTICAL, Stretch, decibels

Array = npt.NDArray[np.float64]

_AT_1_KHZ_DB = 18.2
"""What the rational form lacks at 1 kHz"""
_PROGRAMME_PERCENTILE = 95.0
"""As the side's own programme level is told"""


def bs468(hertz: Array) -> Array:
    """Power gain of the weighting network at some frequencies."""
    even = (
        -4.737338981378384e-24 * hertz**6
        + 2.043828333606125e-15 * hertz**4
        - 1.363894795463638e-7 * hertz**2
        + 1.0
    )
    odd = (
        1.306612257412824e-19 * hertz**5
        - 2.118150887518656e-11 * hertz**3
        + 5.559488023498642e-4 * hertz
    )
    gain = (1.246332637532143e-4 * hertz) ** 2 / (even**2 + odd**2)
    return np.asarray(gain * 10.0 ** (_AT_1_KHZ_DB / 10.0))


@dataclass(frozen=True, slots=True)
class SurfaceNoise:
    """Noise of a groove, or of what is heard without one."""

    left_db: float
    """dBFS, weighted, RMS"""
    right_db: float
    """Likewise"""
    lateral_db: float
    """Likewise, of half of left plus right"""
    vertical_db: float
    """Likewise, of half of left minus right: what a mono record should not have"""
    weighted_db: float
    """Likewise, of the louder channel: a dead one flatters no record"""
    relative_db: float | None
    """The same over the programme level; None where that is not known"""


def surface_noise(stretch: Stretch, programme_db: float | None = None) -> SurfaceNoise | None:
    """Noise of a stretch without music; None if there is nothing of it."""
    if len(stretch) == 0:
        return None
    parts = np.moveaxis(stretch.noise, 1, 0).reshape(4, -1)
    level = decibels(np.median(parts.astype(np.float64), axis=1))
    louder = float(max(level[LEFT], level[RIGHT]))
    return SurfaceNoise(
        left_db=float(level[LEFT]),
        right_db=float(level[RIGHT]),
        lateral_db=float(level[LATERAL]),
        vertical_db=float(level[VERTICAL]),
        weighted_db=louder,
        relative_db=None if programme_db is None else louder - programme_db,
    )


def programme_level_db(stretch: Stretch) -> float | None:
    """Level of the louder passages, dBFS, 200 Hz to 10 kHz, in the louder channel."""
    if len(stretch) == 0:
        return None
    power = stretch.programme[:, [LEFT, RIGHT]].astype(np.float64).max(axis=1)
    return float(decibels(np.percentile(power, _PROGRAMME_PERCENTILE)))
