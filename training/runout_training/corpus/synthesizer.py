"""Synthesizers drawn without a band limit, as trackers, cheap software and consoles draw them.

Every period of such a wave has steps from one sample to the next, one of a saw, dozens of a
staircase, which nothing foresees: by itself each is a click, but it comes again every period. A
filter behind it, which six voices in ten have, rounds them off.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import signal

from runout_training.corpus.tracks import RATE

Wave = npt.NDArray[np.float64]
Voice = Callable[[np.random.Generator, Wave], Wave]

_SCALE = np.array((0, 2, 3, 5, 7, 8, 10, 12, 15))
_MOST_VOICES = 4
_GLIDE_S = 0.04


def tune(rng: np.random.Generator, seconds: float) -> Wave:
    """One to four voices that play their bars: unit RMS, shape (2, samples)."""
    samples = round(seconds * RATE)
    out = np.zeros((2, samples))
    for _ in range(int(rng.integers(1, _MOST_VOICES + 1))):
        place = rng.uniform(0.2, 1.0, (2, 1)) * 10 ** (rng.uniform(-15, 0) / 20)
        out += _voice(rng, samples) * place
    return np.asarray(out / np.sqrt(np.mean(out**2)))


def _voice(rng: np.random.Generator, samples: int) -> Wave:
    step = round(RATE * 60.0 / rng.uniform(60, 180) / rng.choice((0.25, 1, 2, 4)))
    notes = 55.0 * 2 ** (rng.integers(-6, 36) / 12) * 2 ** (rng.choice(_SCALE, 16) / 12)
    hertz = np.repeat(np.resize(notes, samples // step + 1), step)[:samples]
    if rng.random() < 0.4:
        turns = rng.uniform(4, 7) * np.arange(samples) / RATE
        hertz = hertz * 2 ** (rng.uniform(0.05, 0.5) / 12 * np.sin(2 * np.pi * turns))
    if rng.random() < 0.3:
        keep = np.exp(-1.0 / (_GLIDE_S * RATE))
        hertz = signal.lfilter([1.0 - keep], [1.0, -keep], hertz, zi=[hertz[0] * keep])[0]
    draw = _VOICES[int(rng.integers(len(_VOICES)))]
    wave = draw(rng, np.cumsum(hertz) / RATE)
    if rng.random() < 0.3:
        wave = wave + draw(rng, np.cumsum(hertz) * 2 ** (rng.uniform(3, 15) / 1200) / RATE)
    within = np.arange(samples) % step
    decay = np.exp(rng.uniform(np.log(0.05), np.log(3.0))) * RATE
    rise, fall = rng.uniform(0.001, 0.05) * RATE, 0.005 * RATE
    level = np.clip(np.minimum(within / rise, (step - within) / fall), 0.0, 1.0)
    wave = wave * level * np.exp(-within / decay)
    if rng.random() < 0.6:
        corner = np.exp(rng.uniform(np.log(400.0), np.log(14_000.0)))
        wave = signal.sosfilt(
            signal.butter(int(rng.integers(1, 3)), corner, fs=RATE, output="sos"), wave
        )
    return np.asarray(wave)


def _saw(rng: np.random.Generator, phase: Wave) -> Wave:
    return np.asarray(2.0 * ((phase + rng.random()) % 1.0) - 1.0)


def _pulse(rng: np.random.Generator, phase: Wave) -> Wave:
    """Of one width, or of one that swings."""
    swing = rng.choice((0.0, 0.35)) * np.sin(phase * rng.uniform(0.001, 0.02))
    width = rng.uniform(0.1, 0.5) * (1.0 + swing)
    return np.where(phase % 1.0 < width, 1.0, -1.0)


def _hard_sync(rng: np.random.Generator, phase: Wave) -> Wave:
    """A saw that begins again with every period of a lower one."""
    return np.asarray(2.0 * ((phase % 1.0 * rng.uniform(1.2, 4.5)) % 1.0) - 1.0)


def _staircase(rng: np.random.Generator, phase: Wave) -> Wave:
    levels = float(rng.integers(2, 12))
    triangle = 4.0 * np.abs(phase % 1.0 - 0.5) - 1.0
    return np.asarray(np.round(triangle * levels) / levels)


def _many_saws(rng: np.random.Generator, phase: Wave) -> Wave:
    """Five saws, each a little out of tune with the others."""
    tunings = 1.0 + rng.uniform(-0.012, 0.012, 5)
    return np.asarray(sum(_saw(rng, phase * tuning) for tuning in tunings)) / 2.0


def _tables(rng: np.random.Generator, phase: Wave) -> Wave:
    """A period of few values, held each, as a wavetable read without interpolation."""
    table = rng.uniform(-1.0, 1.0, int(rng.choice((8, 16, 32))))
    table = np.cumsum(table - table.mean())
    table /= np.abs(table).max()
    return np.asarray(table[(phase % 1.0 * len(table)).astype(np.int64)])


_VOICES: tuple[Voice, ...] = (_saw, _pulse, _hard_sync, _staircase, _many_saws, _tables)
