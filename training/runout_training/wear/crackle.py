"""Crackle: a surface of countless ticks, of which the few largest stand out.

A worn shellac's noise is no hiss but ticks without end, of sizes that spread over decades
(log-normal here); up to 0.4 ms each. Which of them is 'a tick' and which is 'the surface' is a
matter of standing out, so that is how they are told apart.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import click, extent

Sound = npt.NDArray[np.float64]

_SHAPES = 6
_LONGEST_S = 0.0004
_SCALE_S = 0.05
"""The surroundings that a tick stands out of"""
_TOLD = 5.0
"""Ticks are told whose second difference is this many times that of their surroundings"""
_REACH = 12
"""Samples about a tick's place within which its peak lies"""


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick that stands out."""

    place: int
    """Sample"""
    stands: float
    """Second difference over the surroundings'"""
    peak: float
    """Full scales"""


def crackle(rng: np.random.Generator, samples: int) -> Sound:
    """Crackle of unit RMS, shape (2, samples), 100 to 3000 ticks a second."""
    count = int(np.exp(rng.uniform(np.log(100), np.log(3000))) * samples / RATE)
    places = rng.integers(0, samples, count)
    sizes = np.exp(rng.normal(0.0, rng.uniform(0.6, 1.3), count)) * rng.choice((-1.0, 1.0), count)
    walls = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])[
        rng.choice(4, count, p=(0.2, 0.2, 0.4, 0.2))
    ]
    shape = rng.integers(0, _SHAPES, count)
    sound = np.zeros((2, samples))
    for number in range(_SHAPES):
        wave = _short(rng)
        for row in range(2):
            train = np.zeros(samples)
            mine = shape == number
            np.add.at(train, places[mine], sizes[mine] * walls[mine, row])
            sound[row] += np.convolve(train, wave)[:samples]
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))


def standing_out(ticks: Sound, whole: Sound) -> list[Tick]:
    """The ticks of `ticks` that stand out of `whole`, which holds them and the music."""
    bends = np.abs(np.diff(ticks, 2, axis=1, prepend=0.0, append=0.0)).max(axis=0)
    around = np.abs(np.diff(whole, 2, axis=1, prepend=0.0, append=0.0)).max(axis=0)
    scale = ndimage.uniform_filter1d(around, round(_SCALE_S * RATE)) + 1e-9
    stands = bends / scale
    highest = ndimage.maximum_filter1d(stands, 2 * _REACH + 1)
    places = np.flatnonzero((stands == highest) & (stands >= _TOLD))
    peaks = ndimage.maximum_filter1d(np.abs(ticks).max(axis=0), 2 * _REACH + 1)
    return [Tick(int(place), float(stands[place]), float(peaks[place])) for place in places]


def _short(rng: np.random.Generator) -> Sound:
    while True:
        wave = click(rng)
        first, last = extent(wave)
        if last - first <= _LONGEST_S * RATE:
            return wave[max(0, first - 2) : last + 8]
