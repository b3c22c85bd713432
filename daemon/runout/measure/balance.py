"""Channel balance and polarity, from the programme between 200 Hz and 10 kHz.

Balance is the level of left over right (IEC 60098 asks for within 2 dB of a cartridge; of music,
whose mix may lean, it is an estimate). Polarity is told by the correlation of left and right: the
lateral carries a record's bass and its middle, so left and right agree more than they differ.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from runout.measure.slices import LATERAL, LEFT, RIGHT, VERTICAL, Stretch, decibels

Layout = Literal["stereo", "mono", "one channel turned", "one channel dead"]

_DEAD_DB = 30.0
_MONO = 0.995
"""Of the correlation: the vertical of a mono cut, all noise, is 26 dB or more below its lateral"""
_TURNED = -0.3
"""Wide stereo comes to about 0; no mix that mono must bear lies below this for half of a side"""
_FAINT = 1e-3
"""Slices 30 dB below the loudest tell of the groove rather than of the music"""


@dataclass(frozen=True, slots=True)
class Balance:
    """How left and right go together."""

    balance_db: float
    """Left over right, of the energy; positive where left is louder"""
    correlation: float
    """-1 to 1, median over the slices that are loud enough"""
    layout: Layout


def balance(stretch: Stretch) -> Balance | None:
    """Of a stretch of programme; None for silence."""
    powers = stretch.programme.astype(np.float64)
    total = powers[:, LEFT] + powers[:, RIGHT]
    if len(powers) == 0 or total.max() <= 0.0:
        return None
    powers = powers[total > _FAINT * total.max()]
    left, right = powers[:, LEFT], powers[:, RIGHT]
    # Of (l+r)^2/4 and (l-r)^2/4 the difference is l*r.
    both = powers[:, LATERAL] - powers[:, VERTICAL]
    scale = np.sqrt(np.maximum(left * right, np.finfo(np.float64).tiny))
    correlation = float(np.median(np.clip(both / scale, -1.0, 1.0)))
    over_db = float(decibels(left.sum()) - decibels(right.sum()))
    return Balance(over_db, correlation, _layout(over_db, correlation))


def _layout(over_db: float, correlation: float) -> Layout:
    if abs(over_db) > _DEAD_DB:
        return "one channel dead"
    if correlation < _TURNED:
        return "one channel turned"
    return "mono" if correlation > _MONO else "stereo"
