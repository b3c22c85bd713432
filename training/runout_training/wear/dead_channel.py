"""A dead channel: a broken lead or an open coil leaves one wall unheard.

What comes from there is the preamp's own noise, and the other channel goes on as before.
"""

from dataclasses import replace

import numpy as np

from runout_training.wear.worn import Wall, Worn

_FLOOR_DBFS = (-100.0, -75.0)


def dead_channel(rng: np.random.Generator, worn: Worn) -> Worn:
    """Leave only noise in one channel; what was on that wall alone is no longer true."""
    dead = int(rng.integers(2))
    walls: tuple[Wall, Wall] = ("left", "right")
    silent, alive = walls[dead], walls[1 - dead]
    sound = worn.sound.copy()
    floor = 10 ** (rng.uniform(*_FLOOR_DBFS) / 20)
    sound[dead] = floor * rng.standard_normal(sound.shape[1])
    truth = tuple(
        replace(one, channel=alive)
        if one.channel == "both" and one.kind != "capture_glitch"
        else one
        for one in worn.truth
        if one.channel != silent
    )
    return replace(worn, sound=sound, truth=truth)
