"""A gouge that a fingertip feels: the stylus is struck, the arm sways, and music is lost.

The tip falls into the gouge or climbs its burr, which gives a sharp impact; the arm on the
cantilever's spring takes the shock and dies away to a tenth within 8 to 15 ms; for 5 to 30 ms the
tip is off the wall or runs on torn vinyl, and of the music little or nothing is left. Unlike a
hairline a gouge is wide: it comes back at the same angle in each groove that it crosses, weaker
toward its ends.
"""

from dataclasses import replace

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import Wave, extent
from runout_training.wear.place import Programme, draw_walls, put
from runout_training.wear.worn import Sound, Truth, Worn

LOST_S = (0.005, 0.03)
_DECAY_S = (0.008, 0.015)
"""To a tenth"""
_SHOCK_HZ = (40.0, 400.0)
_IMPACT_S = (0.0001, 0.0006)
_BEFORE_S, _SECONDS = 0.001, 0.04
_EDGE_S = 0.001
_SCRATCH_TURNS = 3
"""From so many turns on, what comes back is one scratch"""
_FADE_DB = 4.0


def shock(rng: np.random.Generator) -> Wave:
    """Impact and decay, peak 1, above a tenth of it for some 8 to 15 ms."""
    time = np.arange(round(_SECONDS * RATE)) / RATE - _BEFORE_S - rng.uniform(0, 1 / RATE)
    since = np.maximum(time, 0.0)
    decay = rng.uniform(*_DECAY_S) / np.log(10)
    turn = 2 * np.pi * np.exp(rng.uniform(*np.log(_SHOCK_HZ)))
    rise = np.clip(time / rng.uniform(*_IMPACT_S), 0.0, 1.0)
    sway = rise * np.exp(-since / decay) * np.cos(turn * since + rng.uniform(-0.5, 0.5))
    width = rng.uniform(*_IMPACT_S)
    rough = rng.standard_normal(len(time)) * np.exp(-since / rng.uniform(0.0005, 0.003))
    impact = np.exp(-0.5 * (time / (width / 4.3)) ** 2) * rng.choice((-1.0, 1.0))
    wave = sway + rng.uniform(0.3, 1.2) * impact
    wave += np.where(time >= 0, rough, 0.0) * rng.uniform(0.0, 0.3)
    first, last = extent(wave, 0.01)
    return np.asarray(wave[first:last] / np.abs(wave).max())


def gouge(
    rng: np.random.Generator,
    worn: Worn,
    over_db: tuple[float, float] = (10.0, 35.0),
    turns: tuple[int, int] = (1, 6),
    mono: bool = False,
) -> Worn:
    """Put on one gouge at a drawn angle, in as many turns (of those drawn) as the sound holds.

    Truth a pass, of kind pop, to the end of the lost music; `episode` is set where it comes back
    for three turns or more.
    """
    sound = worn.sound.copy()
    programme = Programme(sound)
    samples = sound.shape[1]
    room = round((LOST_S[1] + _SECONDS) * RATE)
    passes = (worn.clock.passes(float(rng.random()), worn.seconds) * RATE).astype(np.int64)
    passes = passes[passes < samples - room]
    if not len(passes):
        return worn
    wanted = int(rng.integers(turns[0], turns[1] + 1))
    first = int(rng.integers(max(1, len(passes) - wanted + 1)))
    passes = passes[first : first + wanted]
    numbers = [one.episode for one in worn.truth if one.episode is not None]
    episode = max(numbers, default=-1) + 1 if len(passes) >= _SCRATCH_TURNS else None
    walls = draw_walls(rng, mono)
    deepest, loudest = rng.uniform(0, len(passes)), rng.uniform(*over_db)
    lost_s = rng.uniform(*LOST_S)
    told: list[Truth] = []
    for turn, at in enumerate(passes.tolist()):
        wave = shock(rng)
        size = max(over_db[0], loudest - _FADE_DB * abs(turn - deepest) * rng.uniform(0.5, 1.0))
        lost = round(lost_s * rng.uniform(0.7, 1.0) * RATE)
        lost = max(lost, round(LOST_S[0] * RATE))
        start = at + extent(wave)[0]
        rows = np.flatnonzero(walls.gains)
        sound[rows, start : start + lost] *= _kept(rng, lost)
        one = put(sound, programme, wave, at, walls, size, "gouge", episode=episode)
        told.append(replace(one, kind="pop", end=max(one.end, start + lost)))
    return worn.with_truth(sound, *told)


def _kept(rng: np.random.Generator, length: int) -> Sound:
    """What is left of the music from the impact on: gone at once, back within 1 ms."""
    left = rng.uniform(0.0, 0.15)
    kept = np.full(length, left)
    edge = round(_EDGE_S * RATE)
    kept[-edge:] = left + (1 - left) * (np.arange(edge) + 1) / (edge + 1)
    return kept
