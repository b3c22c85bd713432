"""Waveforms of clicks and pops.

A stylus that meets a speck or a nick is thrown and rings; a velocity cartridge gives the
derivative of that motion, and the preamp's equalization leaves a slow tail. On real LPs the
clicks are 0.2 to 0.25 ms wide at the median. A pop is the same on a larger scale, 3 to 15 ms,
with the thump of the arm.

A check of the draw on the recordings in tests/data: of what stands 10 times over its surroundings
above 1.5 kHz, time about the peak at 0.3 of it or more, 25th, 50th and 75th percentile, and changes
of sign in it (median). Shellac (372 clicks of excerpt78): 0.11, 0.14, 0.23 ms, 2. LP (113 lateral
ones of vinyl_hiss): 0.18, 0.27, 0.36 ms, 1; its 180 vertical: 0.14, 0.20, 0.27 ms, 1. Drawn here,
on clean_excerpt with hiss, 351 clicks: 0.11, 0.18, 0.27 ms, 2; below 8 kHz 0.14, 0.18, 0.29 ms, 1.
The peak comes a quarter of the way into a drawn click and 0.4 into the shellac's and LP's lateral.
"""

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE

Wave = npt.NDArray[np.float64]

_BEFORE_S = 0.001
"""Room before the impulse, so that its rise is whole"""


def click(rng: np.random.Generator) -> Wave:
    """A click of up to 3 ms, peak 1, starting wherever between two samples chance has it."""
    width = float(np.clip(np.exp(rng.normal(np.log(0.23e-3), 0.6)), 0.05e-3, 2.5e-3))
    shape = rng.integers(4)
    if shape == 0:
        wave = _bump(rng, width)
    elif shape == 1:
        wave = _ring(rng, width / 2.3, rng.uniform(0.7, 6.0) / width)
    elif shape == 2:
        wave = _scrape(rng, width / 2.3)
    else:
        wave = _bump(rng, width * 0.4)
        for _ in range(int(rng.integers(1, 4))):
            late = rng.uniform(0.0, width)
            size = rng.uniform(0.3, 1.0) * rng.choice((-1.0, 1.0))
            wave = wave + size * _bump(rng, width * rng.uniform(0.2, 0.6), late)
    return _finish(rng, wave, tail_share=0.15)


def pop(rng: np.random.Generator) -> Wave:
    """A pop of 3 to 15 ms, peak 1: a sharp impact, then the arm's thump."""
    width = rng.uniform(3e-3, 14e-3)
    thump = _ring(rng, width / 2.3, rng.uniform(1.0, 8.0) / width)
    impact = _bump(rng, rng.uniform(0.1e-3, 0.6e-3)) * rng.choice((-1.0, 1.0))
    wave = thump / np.abs(thump).max() + rng.uniform(0.3, 1.5) * impact
    return _finish(rng, wave, tail_share=0.4)


def extent(wave: Wave, share: float = 0.1) -> tuple[int, int]:
    """First sample and the one past the last that reach `share` of the peak."""
    loud = np.flatnonzero(np.abs(wave) >= share * np.abs(wave).max())
    return int(loud[0]), int(loud[-1]) + 1


def _clock(seconds: float = 0.03) -> Wave:
    return np.arange(round(seconds * RATE)) / RATE - _BEFORE_S


def _bump(rng: np.random.Generator, width: float, late: float = 0.0) -> Wave:
    """A bump's displacement, or its derivative as a velocity cartridge gives it.

    `width` is seconds between the outermost tenths of the peak.
    """
    time = _clock() - late - rng.uniform(0, 1 / RATE)
    if rng.random() < 0.4:
        return np.exp(-0.5 * (time / (width / 4.3)) ** 2)
    at = time / (width / 6.2)
    return 1.65 * at * np.exp(-0.5 * at**2)


def _ring(rng: np.random.Generator, decay: float, hertz: float) -> Wave:
    """A damped resonance with a sudden beginning."""
    time = _clock() - rng.uniform(0, 1 / RATE)
    rise = np.clip(time / rng.uniform(0.02e-3, 0.15e-3), 0.0, 1.0)
    hertz = min(hertz, 16_000.0)
    phase = rng.uniform(0, 2 * np.pi)
    return rise * np.exp(-np.maximum(time, 0) / decay) * np.sin(2 * np.pi * hertz * time + phase)


def _scrape(rng: np.random.Generator, decay: float) -> Wave:
    """Noise that dies away: the rough wall of a scratch."""
    time = _clock()
    noise = rng.standard_normal(len(time))
    smooth = int(rng.integers(1, 5))
    noise = np.convolve(noise, np.ones(smooth) / smooth, mode="same")
    return np.where(time >= 0, np.exp(-np.maximum(time, 0) / decay), 0.0) * noise


def _finish(rng: np.random.Generator, wave: Wave, tail_share: float) -> Wave:
    """Add the preamp's slow tail, cut where nothing is left, and set the peak to 1."""
    if rng.random() < 0.5:
        decay = rng.uniform(0.3e-3, 1.2e-3)
        kernel = np.exp(-np.arange(round(5 * decay * RATE)) / (decay * RATE))
        tail = np.convolve(np.abs(wave), kernel)[: len(wave)]
        peak = np.abs(tail).max()
        wave = wave - tail / peak * np.abs(wave).max() * rng.uniform(0, tail_share)
    start, end = extent(wave, 0.002)
    wave = wave[start:end]
    return wave / np.abs(wave).max()
