"""How far a side's sound stands over the noise of its groove, from bin to bin of an envelope.

The groove's noise is the quietest that the side is for a second on end, so every record, preamp and
gain has its own. Two lanes are weighed (see envelope.py), each smoothed by a median, which ticks
don't pass.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

QUIET_DB = 10.0
"""Less than this over the groove's noise is no music"""
MIDDLE_SHARE = 0.6
"""Weight of the middle lane: 0.5 to 0.7 serve on 34 set boundaries of real LPs; 1 takes soft bass
passages for gaps"""
NOISE_BINS = 20
"""1 s: so long on end the groove's noise is heard somewhere in a side, or it isn't known"""
_SMOOTH_BINS = 11
"""0.55 s: a median over it hears no tick and no needle's landing"""
_SHARP_BINS = 5
"""0.25 s: likewise, for where something begins or ends"""
_LEAVING_BINS = 60
"""3 s: as the platter stops or the needle is lifted, it is for a moment quieter than any groove"""
_END_BINS = 200
"""10 s from the needle's landing, and to the end"""
_RUMBLE_DB = 25.0
"""Lead-in and run-out rumble so much louder than the quietest gap, and the arm is handled there"""


class OverNoise:
    """The envelope of one side over its groove's noise."""

    def __init__(self, level: Array, middle: Array | None, heard: Bools) -> None:
        """Take dBFS of shape (bins), `middle` None if unknown; `heard` where the needle is down."""
        lanes = [(level, 1.0)]
        if middle is not None:
            lanes = [(level, 1.0 - MIDDLE_SHARE), (middle, MIDDLE_SHARE)]
        groove = ~_grown(~heard, _LEAVING_BINS)
        if not groove.any():
            groove = heard
        apart = []
        self.smooth_db: Array = np.zeros(len(level), np.float32)
        """Over the groove's noise; infinity where nothing is heard"""
        self.sharp_db: Array = np.zeros(len(level), np.float32)
        """Likewise, less smoothed and over nothing in particular"""
        for lane, share in lanes:
            smooth = _median(lane, _SMOOTH_BINS)
            apart.append(smooth - _quietest(smooth, groove))
            self.smooth_db += np.float32(share) * apart[-1]
            self.sharp_db += np.float32(share) * _median(lane, _SHARP_BINS)
        self.smooth_db[~heard] = np.inf
        if middle is not None and heard.any():
            self._hear_through_rumble(apart[0], apart[1], heard)

    def _hear_through_rumble(self, level: Array, middle: Array, heard: Bools) -> None:
        """Where lead-in and run-out rumble, the middle alone tells."""
        quiet = heard & (middle < QUIET_DB) & (level < _RUMBLE_DB)
        first, last = runs(heard)[0][0], runs(heard)[-1][1]
        for start, end in runs(quiet):
            if start < first + _END_BINS or end > last - _END_BINS:
                at = slice(start, end)
                self.smooth_db[at] = np.minimum(self.smooth_db[at], middle[at])


def runs(mask: Bools) -> list[tuple[int, int]]:
    """Start and end of the stretches in which (bins) is true."""
    turns = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    return [(int(start), int(end)) for start, end in turns.reshape(-1, 2)]


def lasting(mask: Bools, least: int) -> Bools:
    """Where `mask` is true for `least` bins on end."""
    long = np.zeros_like(mask)
    for low, high in runs(mask):
        long[low:high] = high - low >= least
    return long


def _median(lane: Array, bins: int) -> Array:
    """Running median over `bins`, an odd number, as long as `lane`."""
    padded = np.pad(lane, bins // 2, mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(padded, bins), axis=1)
    narrow: Array = smooth.astype(np.float32)
    return narrow


def _quietest(smooth: Array, heard: Bools) -> np.float32:
    """The least that is not exceeded for `NOISE_BINS` on end, in as many places."""
    windows = [
        np.lib.stride_tricks.sliding_window_view(smooth[low:high], min(NOISE_BINS, high - low)).max(
            axis=1
        )
        for low, high in runs(heard)
    ]
    # One place alone may be where the arm was handled, and the needle in no groove.
    levels = np.sort(np.concatenate(windows))
    least: np.float32 = levels[min(NOISE_BINS, len(levels) - 1)]
    return least


def _grown(mask: Bools, bins: int) -> Bools:
    """`mask` with `bins` more on each side of what is true."""
    grown = mask.copy()
    for low, high in runs(mask):
        grown[max(0, low - bins) : high + bins] = True
    return grown
