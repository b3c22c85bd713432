"""From sound to the velocity that the groove holds, and back through the preamp.

Records are cut with the treble raised and the bass lowered (RIAA, IEC 60098: 3180, 318 and 75 us),
so that what a stylus can follow is decided by another signal than is heard. Each corner is a
matched first-order section here, whose inverse is exact; at 20 kHz that is 3.1 dB short of the
analog curve.
"""

import numpy as np
from scipy import signal

from runout_training.corpus.tracks import RATE
from runout_training.wear.worn import Sound

_BASS, _MIDDLE, _TREBLE = np.exp(-1.0 / RATE / np.array((3180e-6, 318e-6, 75e-6)))
_CUT = np.convolve((1.0, -_BASS), (1.0, -_TREBLE))
_CUT_POLES = np.array((1.0, -_MIDDLE))
_TURN = 2 * np.pi * 1000.0 / RATE
_AT_1_KHZ = float(
    np.abs(
        np.polyval(_CUT[::-1], np.exp(-1j * _TURN))
        / np.polyval(_CUT_POLES[::-1], np.exp(-1j * _TURN))
    )
)


def cut(sound: Sound) -> Sound:
    """Groove velocity of a sound of shape (2, samples), the same at 1 kHz."""
    return np.asarray(signal.lfilter(_CUT / _AT_1_KHZ, _CUT_POLES, sound, axis=1))


def played(velocity: Sound) -> Sound:
    """What the preamp makes of a groove velocity: the inverse of `cut`."""
    return np.asarray(signal.lfilter(_CUT_POLES * _AT_1_KHZ, _CUT, velocity, axis=1))
