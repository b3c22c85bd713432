"""Distortion and dropouts on a part of a side's music, before anything lies on its surface."""

from dataclasses import replace

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.sides.surface import stretches
from runout_training.wear.distortion import groove_wear
from runout_training.wear.dropout import dropouts
from runout_training.wear.mistracking import mistracking
from runout_training.wear.worn import Sound, Truth, Worn

_LENGTHS_S = (8.0, 40.0)
_TRIES = 4
"""Draws of which the one that is heard for longest is taken: a quiet passage is never torn"""
_FADE_S = 0.01
_HOLES_S = (0.015, 0.4)
_HOLES_DB = (20.0, 60.0)


def distorted(rng: np.random.Generator, worn: Worn, percent: float) -> Worn:
    """Groove wear, or a stylus that doesn't track, for `percent` of the time."""
    wear = groove_wear if rng.random() < 0.7 else mistracking
    sound, truth = worn.sound.copy(), list(worn.truth)
    for start_s, end_s in stretches(rng, worn.seconds, percent, _LENGTHS_S):
        start, end = round(start_s * RATE), round(end_s * RATE)
        music = replace(worn, sound=worn.sound[:, start:end], truth=())
        if end - start < RATE // 2 or not music.sound.any():
            continue
        drawn = max((wear(rng, music) for _ in range(_TRIES)), key=_heard)
        sound[:, start:end] += (drawn.sound - music.sound) * _faded(end - start)
        truth += [_later(one, start) for one in drawn.truth]
    return replace(worn, sound=sound, truth=tuple(truth))


def with_dropouts(rng: np.random.Generator, worn: Worn, per_min: float) -> Worn:
    """Holes of 15 to 400 ms at a rate."""
    count = int(rng.poisson(per_min * worn.seconds / 60.0))
    return dropouts(rng, worn, count, _HOLES_S, _HOLES_DB) if count else worn


def _heard(worn: Worn) -> int:
    return sum(one.end - one.start for one in worn.truth)


def _later(one: Truth, samples: int) -> Truth:
    return replace(one, start=one.start + samples, peak=one.peak + samples, end=one.end + samples)


def _faded(samples: int) -> Sound:
    fade = np.minimum(np.arange(samples), np.arange(samples)[::-1]) / (_FADE_S * RATE)
    return np.minimum(fade, 1.0)
