"""Whether what was heard is a groove's noise alone, with no programme in it.

Amid a side that is told by the level, against the side's own quietest groove. A sound that is
groove from one end to the other has nothing to compare with, and may be as loud as soft music. But
noise has no notes: its spectrum, averaged over time, is smooth from one twelfth of an octave to the
next, stays as it is, and falls no faster than a groove's. Soft ticks, which lift all bands
together, change none of that; a loud one every turn does. Nor does it ever sound as loud as a
programme: rain, surf and noise music do.

The figures are from 784 stretches of 8 s of music and from 8 s of a real record's groove (0.36,
0.39, -2.4 and 0.9 dB); of 1032 more, of 172 tracks, none passed for noise.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from runout.measure.slices import LATERAL, LEFT, RIGHT, Stretch, decibels

_FEWEST = 10
"""Slices, 4 s"""
_BANDS = 28
"""Bands that are looked at: 2 to 10 kHz, which every codec passes"""
_ROUGH_DB = 0.5
"""Mean bend of the spectrum, in a band against its neighbours. One stretch of music was smoother,
0.37: it has little above 2 kHz but hiss. The next ones were at 0.7 and more"""
_MOVES_DB = 0.5
"""Median by which a band is off its own median, the slice's loudness taken off"""
_DARK_DB = 0.0
"""Power from 200 Hz to 10 kHz over that weighted by ITU-R BS.468-4: white noise has -10 dB, pink
-7, brown -1; the soft music that passes for noise above 2 kHz had 8"""
_WINDOW = 5
"""Slices, 2 s, whose median is one loudness: a tick in less than half of them doesn't tell, and
music that lasts half as long does"""
_SWELLS_DB = 6.0
"""Between the softest and the loudest of these"""
_LOUDEST_DB = -35.0
"""Of the loudest, from 200 Hz to 10 kHz in the louder channel; the real record's groove, which is
a loud one, has -43.5"""


def is_groove_noise(heard: Stretch) -> bool:
    """Whether a stretch holds no music; False where it is too short to tell."""
    if len(heard) < _FEWEST:
        return False
    bands = decibels(heard.bands[:, :_BANDS])
    spectrum = np.median(bands, axis=0)
    shapes = bands - np.median(bands, axis=1, keepdims=True)
    level = decibels(heard.programme[:, LATERAL])
    dark = level - decibels(heard.noise[:, LATERAL].mean(axis=1))
    louder = decibels(heard.programme[:, (LEFT, RIGHT)].max(axis=1))
    loudness = np.median(sliding_window_view(louder, _WINDOW), axis=1)
    return bool(
        np.abs(np.diff(spectrum, 2)).mean() < _ROUGH_DB
        and np.median(np.abs(shapes - np.median(shapes, axis=0))) < _MOVES_DB
        and np.median(dark) < _DARK_DB
        and np.ptp(loudness) < _SWELLS_DB
        and loudness.max() < _LOUDEST_DB
    )
