"""Dropouts: the level falls for 3 to 400 ms, on one groove wall or both.

Where the wall is filled (a pressing fault, non-fill, or glue and dirt that lift the stylus) the
modulation is gone and only the roughness of what the stylus rides on is left; a worn or lifted
contact gives soft edges, a missing piece of wall hard ones. A listener calls it a dropout from some
12 dB on, and it must be told from a rest, which no wall falls into alone or within 5 ms. To be put
on before impulses, of which those inside would be lowered with it.
"""

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.noise import groove_noise
from runout_training.wear.worn import Sound, Truth, Wall, Worn

LENGTH_S = (0.003, 0.4)
DEPTH_DB = (12.0, 60.0)
EDGE_S = (0.0001, 0.005)
_NOISE_DB = (-60.0, -40.0)
"""Groove noise in it over the programme's level there"""
_BOTH_SHARE = 0.6
_CLEAR = round(0.02 * RATE)
_TRIES = 20
_QUIET = 0.1
"""Of the whole sound's level: where it is quieter there is nothing to lose"""


def dropouts(
    rng: np.random.Generator,
    worn: Worn,
    count: int = 1,
    length_s: tuple[float, float] = LENGTH_S,
    depth_db: tuple[float, float] = DEPTH_DB,
    mono: bool = False,
) -> Worn:
    """Put on up to `count` dropouts; fewer where no place with programme is free.

    Truth is from the first sample that is lowered to past the last, edges included, its peak
    the middle. `over_db` is how far the level in it falls, noise included: -12 to -60.
    """
    sound = worn.sound.copy()
    whole = np.sqrt(np.mean(sound**2))
    taken = [(one.start, one.end) for one in worn.truth if one.kind == "dropout"]
    told = []
    for _ in range(count):
        channel: Wall = "both"
        if not mono and rng.random() >= _BOTH_SHARE:
            channel = "left" if rng.random() < 0.5 else "right"
        rows = {"left": [0], "right": [1], "both": [0, 1]}[channel]
        length = round(float(np.exp(rng.uniform(*np.log(length_s)))) * RATE)
        for _ in range(_TRIES):
            if length >= sound.shape[1]:
                break
            start = int(rng.integers(sound.shape[1] - length))
            end = start + length
            if any(a < end + _CLEAR and b > start - _CLEAR for a, b in taken):
                continue
            music = sound[rows, start:end]
            if np.sqrt(np.mean(music**2, axis=1)).min() > _QUIET * whole:
                lowered, fall = _lowered(rng, music, depth_db, mono)
                sound[rows, start:end] = lowered
                taken.append((start, end))
                middle = start + length // 2
                told.append(Truth("dropout", start, middle, end, channel, fall, wear="dropout"))
                break
    return worn.with_truth(sound, *told)


def _lowered(
    rng: np.random.Generator, music: Sound, depth_db: tuple[float, float], mono: bool
) -> tuple[Sound, float]:
    """The music of the walls that are hit under its dropout, and dB of its level's change."""
    length = music.shape[1]
    least = 10 ** (-rng.uniform(*depth_db) / 20)
    rises = [min(int(np.exp(rng.uniform(*np.log(EDGE_S))) * RATE), length // 4) for _ in range(2)]
    gain = np.full(length, least)
    falling, rising = (np.arange(1, n + 1) / (n + 1) for n in rises)
    gain[: rises[0]] = least + (1 - least) * (0.5 + 0.5 * np.cos(np.pi * falling))
    gain[length - rises[1] :] = least + (1 - least) * (0.5 - 0.5 * np.cos(np.pi * rising))
    level = np.sqrt(np.mean(music**2)) * 10 ** (rng.uniform(*_NOISE_DB) / 20)
    noise = groove_noise(rng, length)[: len(music)]
    if mono:
        noise = np.broadcast_to(noise[0], music.shape)
    lowered = music * gain + noise * level * (1 - gain)
    bottom = slice(rises[0], length - rises[1])
    was, left = (np.mean(sound[:, bottom] ** 2) for sound in (music, lowered))
    return lowered, float(10 * np.log10(left / was))
