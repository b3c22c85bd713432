"""What the way from groove to file does to every sound: bandwidth, level, rate and bits."""

import numpy as np
import numpy.typing as npt
import soxr
from scipy import signal

from runout_training.corpus.tracks import RATE
from runout_training.wear.worn import Worn

CORNER_HZ = (7_000.0, 20_000.0)
RATES = (22_050, 32_000, 48_000, 96_000)
_QUALITIES = ("LQ", "MQ", "HQ")


def low_pass(rng: np.random.Generator, worn: Worn, corner_hz: float | None = None) -> Worn:
    """A Butterworth low-pass of order 1 to 6, as codecs, preamps and restorers have; truth moves
    by its delay."""
    if corner_hz is None:
        corner_hz = float(np.exp(rng.uniform(*np.log(CORNER_HZ))))
    sections = signal.butter(int(rng.integers(1, 7)), corner_hz, fs=RATE, output="sos")
    # Of slow sound, the delay is the centre of the impulse response: sums of each section's.
    late = float(
        sum((b @ (0, 1, 2)) / b.sum() - (a @ (0, 1, 2)) / a.sum()
            for b, a in zip(sections[:, :3], sections[:, 3:], strict=True))
    )  # fmt: skip
    last = worn.sound.shape[1]

    def place(n: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.minimum(n + round(late), last)

    return worn.moved(np.asarray(signal.sosfilt(sections, worn.sound, axis=1)), place)


def level(rng: np.random.Generator, worn: Worn, peak_db: tuple[float, float]) -> Worn:
    """Scale the largest peak to a level drawn from `peak_db`, in dB of full scale."""
    peak = float(np.abs(worn.sound).max()) + 1e-12
    return worn.with_truth(worn.sound * (10 ** (rng.uniform(*peak_db) / 20) / peak))


def sixteen_bits(rng: np.random.Generator, worn: Worn) -> Worn:
    """Round to 16 bits with even dither of one step, and cut at full scale."""
    steps = worn.sound * 32768.0
    steps += rng.random(steps.shape, np.float32) - 0.5
    np.rint(steps, out=steps)
    return worn.with_truth(np.clip(steps, -32768, 32767, out=steps) / 32768.0)


def through_rate(rng: np.random.Generator, worn: Worn, rate: int | None = None) -> Worn:
    """To another sample rate and back, as a capture at that rate and our own resampling do.

    soxr keeps time, so truth stays; 22.05 and 32 kHz leave nothing above 10 and 14.6 kHz.
    """
    samples = worn.sound.shape[1]
    other = int(rng.choice(RATES)) if rate is None else rate
    quality = _QUALITIES[int(rng.integers(len(_QUALITIES)))]
    there = soxr.resample(worn.sound.T.astype(np.float32), RATE, other, quality)
    back = soxr.resample(there, other, RATE, quality).T.astype(np.float64)
    if back.shape[1] < samples:
        back = np.pad(back, ((0, 0), (0, samples - back.shape[1])), mode="edge")
    return worn.with_truth(np.ascontiguousarray(back[:, :samples]))
