"""Mains hum: 50 or 60 Hz and harmonics, and whether the needle has to be down for it.

Each harmonic is the power within 3 Hz of it less what as wide a band beside it has, the median
over the slices: hum is steady, notes and thumps are not. Hum that stays with the needle up is
wiring, ground or preamp; hum that comes with the needle is the cartridge near a motor or
transformer, or on the record. (IEC 60268-3 measures hum by its harmonics likewise.)
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout.measure.slices import MAINS_HZ, Stretch, decibels

Array = npt.NDArray[np.float64]
Origin = Literal["wiring", "with the needle"]

_OVER_NOISE = 4.0
"""A harmonic's power over the noise beside it (6 dB) for it to be hum"""
_BASIC = 2
_STAYS_DB = 6.0
"""Hum that sinks by less when the needle is lifted is there without it"""
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
    harmonics_db: tuple[float, ...]
    """dBFS RMS of the first to fifth harmonic, mean power of left and right; -140 for none"""

    @property
    def level_db(self) -> float:
        """dBFS RMS, mean power of left and right."""
        return float(decibels(np.mean(10.0 ** (np.array([self.left_db, self.right_db]) / 10.0))))


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
        harmonics_db=tuple(float(one) for one in decibels(tones[:, mains].mean(axis=0))),
    )


def origin(needle_down: Hum | None, needle_up: Hum | None) -> Origin | None:
    """Where the hum comes from that is heard with the needle down; None where none is.

    Only to be asked where the needle was heard up as well: None for that means up without hum.
    """
    if needle_down is None:
        return None
    stays = (
        needle_up is not None
        and needle_up.mains_hz == needle_down.mains_hz
        and needle_up.level_db > needle_down.level_db - _STAYS_DB
    )
    return "wiring" if stays else "with the needle"
