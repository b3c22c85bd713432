"""Rumble and warp: what the turntable and the record's shape add below 200 Hz.

The bearing rumbles up and down, a motor likewise at its own 24 Hz or so (DIN 45539 weighs both);
arm and cartridge resonate at 8 to 14 Hz, up to 30 in bad matches; a warped record lifts the arm
below 10 Hz, once a revolution and its first multiples. On the one real groove measured (noise.py,
the same way) the vertical is 8 dB over the lateral at 32 Hz, and 2 dB below it at 50.
"""

import numpy as np
from scipy import fft

from runout_training.corpus.tracks import RATE
from runout_training.wear.tones import tones
from runout_training.wear.worn import Sound, Worn

_MOST_HZ = 200.0
_LEAST_HZ = 2.0
_ARM_HZ = (8.0, 30.0)
_ARM_Q = (1.5, 6.0)
_LATERAL_SHARE = (0.05, 0.5)
_WARP_TURNS = 5
_WARP_MOST_HZ = 10.0


def rumble(rng: np.random.Generator, worn: Worn, down_db: float) -> Worn:
    """Put on rumble and warp whose RMS is `down_db` below the whole sound's; negative: above."""
    sound = worn.sound
    samples = sound.shape[1]
    share = rng.random()
    added = _bearing(rng, samples) * share + _warp(rng, worn, samples) * (1 - share)
    lateral = rng.uniform(*_LATERAL_SHARE)
    added = np.stack((lateral * added[1] + added[0], lateral * added[1] - added[0]))
    level = np.sqrt(np.mean(sound**2) / (np.mean(added**2) + 1e-30)) * 10 ** (-down_db / 20)
    return worn.with_truth(sound + added * level)


def _bearing(rng: np.random.Generator, samples: int) -> Sound:
    """Bearing noise and the arm's resonance, vertical and lateral, unit RMS."""
    length = fft.next_fast_len(samples, real=True)
    hertz = np.arange(1, int(_MOST_HZ * length / RATE)) * RATE / length
    size = (hertz > _LEAST_HZ) / np.maximum(hertz / rng.uniform(15.0, 50.0), 1.0) ** rng.uniform(
        1.5, 3
    )
    arm = hertz / rng.uniform(*_ARM_HZ)
    size = size + rng.uniform(0.0, 5.0) / np.hypot(
        1 - arm**2, arm / rng.uniform(*_ARM_Q)
    ) * np.minimum(arm, 1.0)
    draws = rng.standard_normal((2, len(hertz))) + 1j * rng.standard_normal((2, len(hertz)))
    spectrum = np.zeros((2, length // 2 + 1), np.complex128)
    spectrum[:, 1 : len(hertz) + 1] = draws * size
    noise = fft.irfft(spectrum, length)[:, :samples]
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def _warp(rng: np.random.Generator, worn: Worn, samples: int) -> Sound:
    """Warp, vertical and lateral, unit RMS, locked to the platter."""
    once = worn.clock.rpm / 60.0
    turns = np.arange(1, min(_WARP_TURNS, int(_WARP_MOST_HZ / once)) + 1)
    sizes = rng.uniform(0.1, 1.0, (2, len(turns))) / turns
    angles = 2 * np.pi * (turns * worn.clock.phase + rng.random((2, len(turns))))
    warp = tones(turns * once, sizes * np.exp(1j * angles), samples)
    return np.asarray(warp / np.sqrt(np.mean(warp**2)))
