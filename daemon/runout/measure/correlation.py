"""Correlation of left and right, from the programme between 200 Hz and 10 kHz: polarity.

The lateral carries a record's bass and its middle, so left and right agree more than they differ:
wide stereo comes to about 0, a mono cut to 1, and a channel that is turned to less than 0.
"""

import numpy as np

from runout.measure.slices import LATERAL, LEFT, RIGHT, VERTICAL, Stretch

_DEAD = 1e-3
"""A channel 30 dB below the other tells nothing"""
_FAINT = 1e-3
"""Slices 30 dB below the loudest tell of the groove rather than of the music"""


def channel_correlation(stretch: Stretch) -> float | None:
    """-1 to 1, the median over the slices of a stretch of programme that are loud enough.

    None for silence, in one channel or in both.
    """
    powers = stretch.programme.astype(np.float64)
    left, right = powers[:, LEFT], powers[:, RIGHT]
    total = left + right
    if min(left.sum(), right.sum()) <= _DEAD * total.sum():
        return None
    loud = total > _FAINT * total.max()
    # Of (l+r)^2/4 and (l-r)^2/4 the difference is l*r.
    both = powers[loud, LATERAL] - powers[loud, VERTICAL]
    scale = np.sqrt(np.maximum(left[loud] * right[loud], np.finfo(np.float64).tiny))
    return float(np.median(np.clip(both / scale, -1.0, 1.0)))
