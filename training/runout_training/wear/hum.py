"""Mains hum: 50 or 60 Hz and its harmonics, from wiring and transformers.

A loop of ground adds the mains itself; a rectifier its even harmonics, 100 or 120 Hz and up (buzz).
It is electrical: it has nothing of the groove, and its share of the channels is its own, often in
like phase, because both cables lie in the same field.
"""

import numpy as np

from runout_training.wear.tones import tones
from runout_training.wear.worn import Worn

_HARMONICS = 12
_OFF = 0.002
"""Mains frequency and recorder's clock, together"""


def hum(rng: np.random.Generator, worn: Worn, down_db: float, mono: bool = False) -> Worn:
    """Put on hum whose RMS is `down_db` below the whole sound's."""
    sound = worn.sound
    mains = float(rng.choice((50.0, 60.0))) * (1 + rng.uniform(-_OFF, _OFF))
    number = np.arange(1, _HARMONICS + 1)
    sizes = rng.uniform(0.1, 1.0, _HARMONICS) * number ** -rng.uniform(0.3, 2.0)
    buzz = rng.uniform(0.0, 1.0)
    sizes = sizes * np.where(number % 2 == 0, 1.0, buzz)
    phases = rng.uniform(0, 2 * np.pi, _HARMONICS)
    shares = np.ones(2)
    turns = np.zeros((2, _HARMONICS))
    if not mono:
        shares[int(rng.integers(2))] = rng.uniform(0.0, 1.0)
        turns[1] = rng.normal(0.0, 0.5, _HARMONICS)
    both = shares[:, None] * sizes * np.exp(1j * (phases + turns))
    hummed = tones(number * mains, both, sound.shape[1])
    level = np.sqrt(np.mean(sound**2) / np.mean(hummed**2)) * 10 ** (-down_db / 20)
    return worn.with_truth(sound + hummed * level)
