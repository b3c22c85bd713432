"""Dust: specks that lie anywhere, and more of them here than there.

A speck is passed once and its click never comes back. Dust is swept together by the needle and
by the brush, so its density swells and sinks over seconds: a Poisson process whose logarithmic
rate follows a slow random curve.
"""

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import Wave, click, pop
from runout_training.wear.place import Programme, draw_walls, put
from runout_training.wear.worn import Worn

_SWELL_S = 4.0
"""Seconds between the points that the density is drawn at"""
_SWELL = 0.8
"""Standard deviation of the logarithm of the density over its mean"""
_POP_SHARE = 0.15


def dust(
    rng: np.random.Generator,
    worn: Worn,
    rate_per_s: float,
    over_db: tuple[float, float] = (3.0, 30.0),
    mono: bool = False,
) -> Worn:
    """Clicks and pops at `rate_per_s` on average, `over_db` over the programme each."""
    sound = worn.sound.copy()
    programme = Programme(worn.sound)
    truth = []
    for at in _places(rng, worn.seconds, rate_per_s):
        wave: Wave = pop(rng) if rng.random() < _POP_SHARE else click(rng)
        if at + len(wave) + 4 > sound.shape[1]:
            continue
        walls = draw_walls(rng, mono)
        truth.append(put(sound, programme, wave, at, walls, rng.uniform(*over_db), "dust"))
    return worn.with_truth(sound, *truth)


def _places(rng: np.random.Generator, seconds: float, rate_per_s: float) -> list[int]:
    """Samples at which specks lie, in order."""
    points = rng.normal(-0.5 * _SWELL**2, _SWELL, int(np.ceil(seconds / _SWELL_S)) + 1)
    most = float(np.exp(points.max()))
    times: npt.NDArray[np.float64] = np.sort(
        rng.uniform(0.0, seconds, rng.poisson(rate_per_s * most * seconds))
    )
    density = np.exp(np.interp(times / _SWELL_S, np.arange(len(points)), points))
    kept = times[rng.random(len(times)) < density / most]
    return [int(time * RATE) for time in kept]
