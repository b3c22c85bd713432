"""Wow and flutter: time that doesn't run evenly, resampled as a record plays it.

A hole that is off centre by e swings the groove's radius r once a revolution, and its speed by e /
r: 0.2 mm at 60 mm is 0.33 %. Drives add wow (0.5 to 6 Hz) and flutter (6 to 100 Hz) at random, 0.05
to 0.3 % RMS together here, unweighted (AES6-2008 and IEC 60386 weigh them by frequency). The groove
is moved, so it comes after all that is in the groove and before what is not.
"""

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout_training.corpus.tracks import RATE
from runout_training.wear.worn import Sound, Worn

OFF_CENTRE_M = (0.0, 0.0004)
RADIUS_M = (0.06, 0.146)
DRIVE = (0.0005, 0.003)
"""Random wow and flutter, RMS of the speed"""
_WOW_HZ, _MIDDLE_HZ, _FLUTTER_HZ = 0.5, 6.0, 100.0
_TAPS = 8
_PHASES = 1024
_BETA = 5.0


def wow(
    rng: np.random.Generator,
    worn: Worn,
    off_centre: float | None = None,
    drive: float | None = None,
) -> Worn:
    """Play the sound with uneven speed: `off_centre` and `drive` are its swing and RMS, over 1.

    The sound's ends stay where they are and so does its length: its mean speed over the whole is
    1. Truth is moved to the nearest sample.
    """
    samples = worn.sound.shape[1]
    if off_centre is None:
        off_centre = float(rng.uniform(*OFF_CENTRE_M) / rng.uniform(*RADIUS_M))
    if drive is None:
        drive = float(np.exp(rng.uniform(*np.log(DRIVE))))
    angle = 2 * np.pi * (worn.clock.turns(np.arange(samples) / RATE) + rng.random())
    lead = off_centre * worn.clock.period_s * RATE / (2 * np.pi) * np.sin(angle)
    lead += drive * _drive(rng, samples)
    lead -= np.linspace(lead[0], lead[-1], samples)
    at = np.arange(samples) + lead

    def place(n: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        # Truth may end one past the last sample.
        played = np.interp(n, at, np.arange(samples)) + np.maximum(n - (samples - 1), 0)
        return np.asarray(np.rint(played).astype(np.int64))

    return worn.moved(resampled(worn.sound, at), place)


def resampled(sound: Sound, at: npt.NDArray[np.float64]) -> Sound:
    """The sound, shape (2, samples), at places between its samples.

    Eight taps of a Kaiser-windowed sinc, in 1024 phases.
    """
    fine = np.rint(at * _PHASES).astype(np.int64)
    place, phase = fine // _PHASES, fine % _PHASES
    padded = np.pad(sound, ((0, 0), (_TAPS // 2 - 1, _TAPS // 2)))
    out = np.zeros((len(sound), len(at)))
    # One tap and one channel at a time, into buffers: four times as fast as by one fancy index.
    weight, taken = np.empty(len(at)), np.empty(len(at))
    for tap in range(_TAPS):
        np.take(_WEIGHTS[tap], phase, out=weight, mode="clip")
        for row in range(len(sound)):
            np.take(padded[row], place, out=taken, mode="clip")
            taken *= weight
            out[row] += taken
        place += 1
    return out


def _drive(rng: np.random.Generator, samples: int) -> Sound:
    """Samples by which random wow and flutter of unit RMS lead."""
    length = fft.next_fast_len(samples, real=True)
    hertz = fft.rfftfreq(length, 1 / RATE)
    last = int(np.searchsorted(hertz, _FLUTTER_HZ))
    part = hertz[1:last]
    size = np.where(part < _MIDDLE_HZ, 1.0, rng.uniform(0.05, 0.5)) * (part > _WOW_HZ / 2)
    size = size / np.maximum(part / _WOW_HZ, 1.0) ** rng.uniform(0.3, 1.0)
    speed = size * (rng.standard_normal(len(part)) + 1j * rng.standard_normal(len(part)))
    # By Parseval: the RMS over the samples, of which each line has two sides.
    speed /= np.sqrt(2 * np.sum(np.abs(speed) ** 2)) / length
    spectrum = np.zeros(len(hertz), np.complex128)
    spectrum[1:last] = speed / (2j * np.pi * part / RATE)
    return np.asarray(fft.irfft(spectrum, length)[:samples])


def _windowed_sinc() -> Sound:
    """Weights of the taps for each phase, shape (_TAPS, _PHASES)."""
    late = np.arange(_TAPS)[:, None] - (_TAPS // 2 - 1) - np.arange(_PHASES) / _PHASES
    window = np.i0(_BETA * np.sqrt(np.maximum(1 - (late / (_TAPS / 2)) ** 2, 0.0)))
    weights = np.sinc(late) * window
    return np.asarray(weights / weights.sum(axis=0))


_WEIGHTS = _windowed_sinc()
