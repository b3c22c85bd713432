"""The same side as another player, preamp or copy would have given it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from runout_training.corpus.tracks import RATE
from runout_training.sides.grooves import Narrow
from runout_training.wear.codec import mp3

GAIN_DB = 12.0
"""The preamp's gain, so much lower and higher"""
_MP3_KBPS = 256


@dataclass(frozen=True, slots=True)
class Capture:
    """A way to capture a side."""

    name: str
    rate: int
    """Hertz of what it gives"""
    of: Callable[[Narrow], Narrow]
    """From a sound of shape (2, samples) at 44.1 kHz to one of the same shape at `rate`"""


def lowered(sound: Narrow) -> Narrow:
    """The sound so low that CAPTURES clip it nowhere: full scale is GAIN_DB above it."""
    return turned(sound, -GAIN_DB)


def turned(sound: Narrow, gain_db: float) -> Narrow:
    """The sound at another gain, unrounded."""
    return sound * np.float32(10 ** (gain_db / 20))


def _at(rate: int) -> Callable[[Narrow], Narrow]:
    def of(sound: Narrow) -> Narrow:
        there: npt.NDArray[np.float32] = soxr.resample(sound.T, RATE, rate).T
        return there

    return of


def _copied(sound: Narrow) -> Narrow:
    return mp3(sound.astype(np.float64), _MP3_KBPS).astype(np.float32)


CAPTURES: tuple[Capture, ...] = (
    Capture(f"{GAIN_DB:.0f} dB softer", RATE, lambda sound: turned(sound, -GAIN_DB)),
    Capture(f"{GAIN_DB:.0f} dB louder", RATE, lambda sound: turned(sound, GAIN_DB)),
    Capture("48 kHz", 48_000, _at(48_000)),
    Capture("96 kHz", 96_000, _at(96_000)),
    Capture("polarity turned", RATE, lambda sound: -sound),
    Capture("channels swapped", RATE, lambda sound: np.ascontiguousarray(sound[::-1])),
    Capture(f"MP3 at {_MP3_KBPS} kb/s", RATE, _copied),
)
