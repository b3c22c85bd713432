"""Loudness and true peak by ITU-R BS.1770-5, to set the preamp's gain by.

Annex 1: K weighting (its two filters' coefficients at 48 kHz, taken as a response over hertz),
blocks of 400 ms that overlap by 75 %, gates at -70 LUFS and 10 LU below what passes that. A block
of one channel is the sum of four parts of 100 ms, whose edges are faded over 16 ms. Mono comes as
two like channels, as a player's two speakers do, and reads 3.01 LU over BS.1770's single channel.
Annex 2: true peak by interpolation (`true_peak.py`). R128's target is for broadcasts:
this is for input level advice only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.measure.slices import PARTS, SLICE_S, Stretch, decibels

Array = npt.NDArray[np.float64]

_FILTERS_HZ = 48_000.0
_SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
"""Numerator and denominator, Annex 1, table 1"""
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""Table 2"""
_OFFSET_DB = -0.691
_ABSOLUTE_LUFS = -70.0
_RELATIVE_LU = -10.0

_CLICKS_PERCENTILE = 98.0
"""Slices with a higher peak may owe it to a click"""


def k_weighting(hertz: Array) -> Array:
    """Power gain of the K weighting at some frequencies."""
    z = np.exp(-2j * np.pi * hertz / _FILTERS_HZ)
    gain = np.ones_like(hertz)
    for above, below in (_SHELF, _HIGH_PASS):
        ratio = np.polyval(above[::-1], z) / np.polyval(below[::-1], z)
        gain = gain * np.square(np.abs(ratio))
    return gain


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud a stretch comes in."""

    integrated_lufs: float | None
    """LUFS; None where all is below the gate"""
    true_peak_db: float
    """dBTP, clicks and all"""
    left_peak_db: float
    """Likewise, of the left channel"""
    right_peak_db: float
    """Likewise"""
    programme_peak_db: float
    """dBTP that the peaks of 98 slices of 100 stay within: clicks mostly left out"""


def loudness(stretch: Stretch) -> Loudness | None:
    """Of a stretch of programme; None if there is nothing of it."""
    if len(stretch) == 0:
        return None
    peaks = stretch.peak.max(axis=1).astype(np.float64)
    left, right = decibels(stretch.peak.max(axis=0)).tolist()
    return Loudness(
        integrated_lufs=_integrated(stretch),
        true_peak_db=float(decibels(peaks.max())),
        left_peak_db=left,
        right_peak_db=right,
        programme_peak_db=float(decibels(np.percentile(peaks, _CLICKS_PERCENTILE))),
    )


def _integrated(stretch: Stretch) -> float | None:
    """Gated loudness in LUFS."""
    parts = stretch.loudness.astype(np.float64).sum(axis=1).reshape(-1)
    if len(parts) < PARTS:
        return None
    blocks = np.lib.stride_tricks.sliding_window_view(parts, PARTS).mean(axis=1)
    # A block across a gap between slices was never heard.
    follows = np.diff(stretch.time_s) < 1.5 * SLICE_S
    first = np.arange(len(blocks))
    within = first % PARTS == 0
    within[~within] = follows[first[~within] // PARTS]
    blocks = blocks[within]
    passed = blocks[_lufs(blocks) > _ABSOLUTE_LUFS]
    if len(passed) == 0:
        return None
    gate = float(_lufs(passed.mean())) + _RELATIVE_LU
    return float(_lufs(passed[_lufs(passed) > gate].mean()))


def _lufs(power: npt.ArrayLike) -> Array:
    return _OFFSET_DB + decibels(power)
