"""Short sides of synthetic music, with wear of known amounts."""

from dataclasses import replace

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.sides.condition import Condition
from runout_training.sides.side import make_side
from runout_training.wear.clock import Clock

UNWORN = Condition(
    severity=0.0,
    cause="clicks",
    clicks_per_min=0.0,
    pops_per_min=0.0,
    scratched_percent=0.0,
    crackle_percent=0.0,
    distorted_percent=0.0,
    dropouts_per_min=0.0,
    noise_db=-60.0,
    hum_db=-np.inf,
    off_centre_percent=0.0,
    skips=0,
    locked_grooves=0,
)
CLOCK = Clock(100.0 / 3.0, 0.3)


def music(seconds=16.0, seed=0):
    """A chord that swells, with some noise: nothing in it comes back."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in (220.0, 277.3, 331.7, 1511.0))
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 0.23 * time + seed)
    return 0.1 * tones * swell + 0.02 * rng.standard_normal((2, len(time)))


def faded(sound, seconds):
    """Music that doesn't break off, which would be a dropout."""
    fall = round(seconds * RATE)
    if fall:
        sound[:, -fall:] *= np.linspace(1.0, 0.0, fall) ** 2
    return sound


def simulated(seed=0, tracks=(16.0, 14.0), fade_s=0.0, **amounts):
    """A side on which lie just these amounts; its tracks fade out in `fade_s`."""
    sounds = [faded(music(seconds, number), fade_s) for number, seconds in enumerate(tracks)]
    condition = replace(UNWORN, **amounts)
    return make_side(np.random.default_rng(seed), condition, CLOCK, sounds)
