"""Single hits of instruments: reading, varying and laying them down."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from scipy import signal

from runout_training.corpus.tracks import RATE

Hit = npt.NDArray[np.float32]
"""Shape (2, samples) at 44.1 kHz, its peak 1"""

_LONGEST_S = 2.0
_KEPT = 400
"""Decoded hits to remember: some 100 MB a process"""
_SILENT = 1e-4
"""Peak of a key that sounds nothing: three steps of 16 bits, not to be blown up"""
_FADE = round(0.02 * RATE)


@lru_cache(_KEPT)
def read(path: Path, start: int = 0, frames: int = -1) -> Hit:
    """A hit from a file, or from `frames` of it; not to be written to."""
    with soundfile.SoundFile(path) as file:
        file.seek(start)
        most = int(_LONGEST_S * file.samplerate)
        sound = file.read(min(frames if frames >= 0 else most, most), "float32", always_2d=True)
        rate = file.samplerate
    if rate != RATE:
        sound = soxr.resample(sound, rate, RATE)
    sound = np.repeat(sound, 2, axis=1)[:, :2] if sound.shape[1] == 1 else sound[:, :2]
    return finished(sound.T)


def finished(sound: npt.NDArray[np.floating[Any]]) -> Hit:
    """The sound with a faded end and a peak of 1."""
    sound = np.array(sound, np.float32)
    # Cut hits end in a fade, else their ends were clicks that the truth doesn't know.
    fade = min(sound.shape[1], _FADE)
    sound[:, sound.shape[1] - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    peak = np.abs(sound).max(initial=0.0)
    return np.ascontiguousarray(sound / peak) if peak > _SILENT else np.zeros_like(sound)


def vary(rng: np.random.Generator, hit: Hit) -> Hit:
    """The hit as another drum might sound: tuned, damped, filtered and driven differently."""
    if rng.random() < 0.8:
        pitch = np.exp(rng.uniform(np.log(0.7), np.log(1.4)))
        hit = soxr.resample(hit.T, RATE, RATE / pitch, quality="LQ").T
    if rng.random() < 0.5:
        after = np.arange(hit.shape[1], dtype=np.float32) - np.abs(hit).max(axis=0).argmax()
        decay_s = np.exp(rng.uniform(np.log(0.02), np.log(0.5)))
        hit = hit * np.exp(-np.maximum(after, 0.0) / (decay_s * RATE)).astype(np.float32)
    if rng.random() < 0.6:
        hit = _filtered(rng, hit)
    if rng.random() < 0.25:
        drive = np.float32(rng.uniform(1.0, 6.0) / max(np.abs(hit).max(initial=0.0), 1e-6))
        hit = np.tanh(hit * drive)
    return finished(hit)


def _filtered(rng: np.random.Generator, hit: Hit) -> Hit:
    kind = int(rng.integers(3))
    if kind == 2:  # a hump of up to 12 dB, as an equalizer gives it
        centre = np.exp(rng.uniform(np.log(150.0), np.log(12_000.0)))
        band = signal.iirpeak(centre, rng.uniform(0.5, 4.0), fs=RATE)
        hump = rng.uniform(0.5, 3.0) * signal.lfilter(*band, hit, axis=1)
        return np.asarray(hit + hump, np.float32)
    low, high = ((1_500.0, 16_000.0), (40.0, 2_500.0))[kind]
    corner = np.exp(rng.uniform(np.log(low), np.log(high)))
    name = "lowpass" if kind == 0 else "highpass"
    sections = signal.butter(int(rng.integers(1, 3)), corner, name, fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, hit, axis=1), np.float32)


def lay(out: npt.NDArray[np.float64], hit: Hit, at: int, gains: npt.NDArray[np.float64]) -> None:
    """Add a hit to the sound from sample `at` on, as much of it as there is room for."""
    length = min(hit.shape[1], out.shape[1] - at)
    if length > 0:
        out[:, at : at + length] += hit[:, :length] * gains


def walls(pan: float) -> npt.NDArray[np.float64]:
    """Gains of the left and right wall, shape (2, 1), for a place from -1 to 1."""
    return np.array([[1.0 - max(pan, 0.0)], [1.0 + min(pan, 0.0)]])
