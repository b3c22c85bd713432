"""Sounds as the slices that measurements are made from."""

import numpy as np
import numpy.typing as npt

from runout.measure.slices import NUMBERS, Slice, Stretch
from runout.measure.spectrum import Slicer
from sounds import Sound

RATE = 44_100


def stretch_of(slices: list[Slice]) -> Stretch:
    """A stretch of given slices."""
    powers = [one.powers for one in slices]
    return Stretch(
        np.array([one.time_s for one in slices], np.float64),
        np.stack(powers) if powers else np.zeros((0, NUMBERS), np.float32),
    )


def sliced(sound: Sound) -> Stretch:
    """All slices of a sound of shape (frames, 2) at 44.1 kHz."""
    return stretch_of(Slicer().feed(np.ascontiguousarray(sound.T, np.float32)))


def both(left: npt.NDArray[np.float64], right: npt.NDArray[np.float64] | None = None) -> Sound:
    """One or two rows of samples as a sound."""
    rows = (left, left if right is None else right)
    return np.stack(rows, axis=1).astype(np.float32)


def dither(seconds: float, level: float = 1e-4, seed: int = 0) -> npt.NDArray[np.float64]:
    """White noise of RMS `level`."""
    return level * np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def tone(seconds: float, hertz: float, rms: float) -> npt.NDArray[np.float64]:
    """A sine."""
    return rms * np.sqrt(2.0) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
