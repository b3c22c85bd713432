"""Chip music: the pulse, staircase and noise channels of 8 bit game consoles."""

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE, Split

Wave = npt.NDArray[np.float64]

_DUTIES: dict[Split, tuple[float, ...]] = {
    "train": (0.5, 0.25),
    "validation": (0.35,),
    "test": (0.125,),
}
_SCALE = np.array((0, 3, 5, 7, 10, 12, 15, 17, 19, 22, 24))
_ATTACK_S, _RELEASE_S = 0.0015, 0.004
"""Hard to the ear, but no step: the amplifier of a console has a bandwidth too"""
_LOOP = 93
"""Samples after which the metallic noise of the 2A03 comes again"""


def tune(rng: np.random.Generator, seconds: float, split: Split) -> Wave:
    """Two melodic voices and a noise drum, shape (2, samples), in the split's own wave shapes."""
    samples = round(seconds * RATE)
    step = round(RATE * 60.0 / rng.uniform(80, 190) / rng.choice((2, 4, 8)))
    out = np.zeros((2, samples))
    for octave in (1, 2):
        root = 55.0 * 2 ** (octave + rng.integers(0, 12) / 12)
        notes = root * 2 ** (_SCALE[rng.integers(0, len(_SCALE), 16)] / 12)
        increment = np.repeat(np.resize(notes, samples // step + 1), step)[:samples] / RATE
        phase = (np.cumsum(increment) + rng.random()) % 1.0
        if split == "test" and octave == 1:
            wave = _staircase(phase)
        else:
            wave = _pulse(phase, increment, float(rng.choice(_DUTIES[split])))
        voice = wave * _envelope(rng, samples, step, rng.random(16) < 0.8)
        out += voice * rng.uniform(0.4, 1.0, (2, 1))
    noise = _noise(rng, samples, split) * _envelope(rng, samples, step, rng.random(16) < 0.35)
    return np.asarray(out + noise * rng.uniform(0.2, 1.2, (2, 1)))


def _pulse(phase: Wave, increment: Wave, duty: float) -> Wave:
    """A pulse whose edges lie between samples: two sawtooths with PolyBLEP residuals (Valimaki
    and Huovilainen, 2007), so that it has no aliases to crackle."""
    late = (phase + 1.0 - duty) % 1.0
    return _sawtooth(late, increment) - _sawtooth(phase, increment) + 2.0 * duty - 1.0


def _sawtooth(phase: Wave, increment: Wave) -> Wave:
    after, before = phase / increment, (1.0 - phase) / increment
    residual = np.where(after < 1.0, -((1.0 - after) ** 2), 0.0)
    residual += np.where(before < 1.0, (1.0 - before) ** 2, 0.0)
    return np.asarray(2.0 * phase - 1.0 - residual)


def _staircase(phase: Wave) -> Wave:
    """The triangle of the 2A03, in sixteen levels."""
    return np.asarray(np.round((4.0 * np.abs(phase - 0.5) - 1.0) * 7.5) / 7.5)


def _noise(rng: np.random.Generator, samples: int, split: Split) -> Wave:
    clock = np.exp(rng.uniform(np.log(4_000.0), np.log(40_000.0)))
    bits = rng.choice((-1.0, 1.0), _LOOP if split == "test" else samples)
    place = (np.arange(samples) * clock / RATE).astype(np.int64)
    return np.asarray(bits[place % len(bits)])


def _envelope(
    rng: np.random.Generator, samples: int, step: int, sounding: npt.NDArray[np.bool_]
) -> Wave:
    """A level over time for notes of `step` samples, those of a bar that are `sounding`."""
    index, within = np.divmod(np.arange(samples), step)
    held = step * rng.uniform(0.4, 0.98)
    decay = np.exp(rng.uniform(np.log(0.02), np.log(0.6))) * RATE
    attack, release = _ATTACK_S * RATE, _RELEASE_S * RATE
    level = np.clip(np.minimum(within / attack, (held - within) / release), 0.0, 1.0)
    return np.asarray(level * np.exp(-within / decay) * sounding[index % len(sounding)])
