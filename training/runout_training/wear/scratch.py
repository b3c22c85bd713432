"""Scratch: a line across the grooves, met once a revolution.

Neighbouring grooves lie 0.1 to 0.25 mm apart, so a scratch of a few millimetres is met on some
ten to forty turns. Where it runs straight to the spindle it comes back at the same angle; where
it runs askew the angle drifts by the same few degrees every turn. The stylus is thrown in the
same way each time, a little stronger or weaker, whatever the music does: where that is loud, the
scratch stands less over it.
"""

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import Wave, click, extent, pop
from runout_training.wear.place import Programme, draw_walls, put
from runout_training.wear.worn import Worn

_TURNS = (3, 40)
_RADIAL_SHARE = 0.4
_MOST_DRIFT = 3.0
"""Degrees a turn"""
_RAGGED_DEGREES = 0.06
"""Standard deviation of each crossing's angle: the edge of a scratch is no straight line"""
_UNEVEN_DB = 2.0
"""Standard deviation of each crossing's level"""
_MOST_MASKED_DB = 10.0
"""Most that the music's swelling takes off, or its sinking adds to, a crossing's level over it"""
_MISSED_SHARE = 0.04
"""Of crossings, those that leave no mark"""
_POP_SHARE = 0.2


def scratch(
    rng: np.random.Generator,
    worn: Worn,
    over_db: tuple[float, float] = (3.0, 30.0),
    turns: int | None = None,
    mono: bool = False,
) -> Worn:
    """One scratch that lies wholly within the sound, as one episode.

    Over the whole of it, its impulses stand somewhere in `over_db` over the median programme.
    It is met on `turns` turns (3 to 40, drawn, if not given), fewer if the sound is too short.
    """
    period = worn.clock.period_s
    drift = 0.0 if rng.random() < _RADIAL_SHARE else rng.uniform(-_MOST_DRIFT, _MOST_DRIFT)
    step = period * (1.0 + drift / 360.0)
    drawn = int(np.exp(rng.uniform(*np.log(_TURNS)))) if turns is None else turns
    passes = worn.clock.passes(float(rng.random()), worn.seconds - 0.1)
    crossed = max(1, min(drawn, int((worn.seconds - 0.2 - passes[0]) / step)))
    room = max(1, len(passes) - int(np.ceil(crossed * step / period)))
    first = float(passes[int(rng.integers(room))])

    sound = worn.sound.copy()
    programme = Programme(worn.sound)
    walls = draw_walls(rng, mono)
    waves = _waves(rng)
    over = rng.uniform(*over_db)
    episode = 1 + max((one.episode for one in worn.truth if one.episode is not None), default=-1)
    middles = [round((first + turn * step) * RATE) for turn in range(crossed)]
    levels = 20.0 * np.log10([programme.level(middle).max() for middle in middles])
    masked = np.clip(levels - np.median(levels), -_MOST_MASKED_DB, _MOST_MASKED_DB)
    truth = []
    for turn in range(crossed):
        ragged = rng.normal(0.0, _RAGGED_DEGREES) / 360.0 * period
        if rng.random() < _MISSED_SHARE and 0 < turn < crossed - 1:
            continue
        wave = waves[int(rng.integers(len(waves)))]
        at = round((first + turn * step + ragged) * RATE) - extent(wave)[0]
        if at < 0 or at + len(wave) + 4 > sound.shape[1]:
            continue
        level = over - masked[turn] + rng.normal(0.0, _UNEVEN_DB)
        truth.append(put(sound, programme, wave, at, walls, level, "scratch", episode=episode))
    return worn.with_truth(sound, *truth)


def _waves(rng: np.random.Generator) -> list[Wave]:
    """The few ways in which this scratch throws the stylus: all clicks, or all pops."""
    draw = pop if rng.random() < _POP_SHARE else click
    return [draw(rng) for _ in range(3)]
