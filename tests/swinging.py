"""Music made of known partials, whose speed swings as is asked for."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import fft

RATE = 44_100
Audio = npt.NDArray[np.float32]
Lead = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Seconds by which the sound is ahead, at some seconds: its slope is the error in speed"""

_SOFT_S = 0.03
_SPARSE = 4
"""The partials end at 3.7 kHz: they are made at a quarter of the rate"""


def steady(time_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """No wow."""
    return np.zeros_like(time_s)


def swing(percent: float, hertz: float, phase: float = 0.0) -> Lead:
    """A speed that swings by so many percent, plus and minus."""
    turning = 2 * np.pi * hertz

    def lead(time_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return percent / 100.0 / turning * np.sin(turning * time_s + phase)

    return lead


def played(
    seconds: float, lead: Lead = steady, seed: int = 0, noise: float = 0.0, note_s: float = 0.8
) -> Audio:
    """Chords of three voices with six partials each, one every `note_s`, and white noise."""
    rng = np.random.default_rng(seed)
    samples = round(seconds * RATE / _SPARSE)
    time_s = np.arange(samples) * (_SPARSE / RATE)
    at_s = time_s + lead(time_s)
    note = (time_s / note_s).astype(np.int64)
    into_s = time_s - note * note_s
    soft = np.minimum(1.0, np.minimum(into_s, note_s - into_s) / _SOFT_S).astype(np.float32)
    sparse = np.zeros(samples, np.float32)
    for voice_hz in (110.0, 220.0, 330.0):
        pitches = voice_hz * 2.0 ** (rng.integers(0, 12, note[-1] + 1) / 12.0)
        first = np.exp(2j * np.pi * (pitches[note] * at_s % 1.0)).astype(np.complex64)
        turning = np.ones_like(first)
        for partial in range(1, 7):
            turning *= first
            sparse += soft * turning.imag / np.float32(10.0 * partial)
    sound = np.float32(_SPARSE) * fft.irfft(fft.rfft(sparse), _SPARSE * samples)
    sound += np.float32(noise) * rng.standard_normal(len(sound), np.float32)
    return np.stack((sound, sound))
