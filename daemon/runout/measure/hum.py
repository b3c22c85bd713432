"""Mains hum: 50 or 60 Hz and harmonics.

Each harmonic is the power within 3 Hz of it less what as wide a band beside it has, the median
over the slices: hum is steady, notes and thumps are not. Hum that stays with the needle up is
wiring, ground or preamp; hum that comes with the needle is the cartridge near a motor or
transformer, or on the record. (IEC 60268-3 measures hum by its harmonics likewise.)
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.measure.slices import MAINS_HZ, Stretch, decibels

Array = npt.NDArray[np.float64]

_OVER_NOISE = 4.0
"""A harmonic's power over the noise beside it (6 dB) for it to be hum"""
_BASIC = 2
_LEAST_SLICES = 3


@dataclass(frozen=True, slots=True)
class Hum:
    """Hum of a stretch without music."""

    mains_hz: int
    """50 or 60"""
    left_db: float
    """dBFS RMS, all harmonics that stand out together; -140 for none"""
    right_db: float
    """Likewise"""

    @property
    def level_db(self) -> float:
        """dBFS RMS, of the louder channel."""
        return max(self.left_db, self.right_db)


def hum(stretch: Stretch) -> Hum | None:
    """The hum of slices that hear no music, not in their reach either; None where there is none."""
    if len(stretch) < _LEAST_SLICES:
        return None
    powers = stretch.hum.astype(np.float64)
    near, beside = powers[..., 0], powers[..., 1]
    tones = np.median(near - beside, axis=0)
    stands = tones > _OVER_NOISE * np.median(beside, axis=0)
    tones = np.where(stands, tones, 0.0)
    # Mains field has the first, a rectifier the second: without either it is a long note, or one
    # of the other mains' harmonics (50's sixth is 60's fifth).
    tones[:, ~stands[:, :, :_BASIC].any(axis=(0, 2))] = 0.0
    by_mains = tones.sum(axis=(0, 2))
    if not by_mains.any():
        return None
    mains = int(np.argmax(by_mains))
    level = decibels(tones[:, mains].sum(axis=1))
    return Hum(
        mains_hz=round(MAINS_HZ[mains]),
        left_db=float(level[0]),
        right_db=float(level[1]),
    )
