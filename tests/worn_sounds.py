"""Programmes to put wear on."""

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.clock import Clock
from runout_training.wear.worn import Truth, Worn


def programme(seconds=2.0, seed=0, level=0.1):
    """Two different walls of steady noise."""
    noise = np.random.default_rng(seed).standard_normal((2, round(seconds * RATE)))
    return Worn(level * noise, Clock(100.0 / 3.0, 0.3))


def tone(hertz, seconds=1.0, peak=0.1):
    """The same sine in both walls: a lateral cut."""
    wave = peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return Worn(np.stack((wave, wave)), Clock(100.0 / 3.0))


def outside(before, after, truth):
    """Largest difference where no truth is."""
    free = np.ones(before.shape[1], bool)
    for one in truth:
        free[one.start : one.end] = False
    return np.abs(after - before)[:, free].max(initial=0.0)


def marked(worn, *places):
    """The sound with a tall sample at each place, and its truth."""
    sound = worn.sound.copy()
    truth = []
    for place in places:
        sound[:, place] = 10.0
        truth.append(Truth("click", place - 2, place, place + 3, "both", 40.0))
    return worn.with_truth(sound, *truth)
