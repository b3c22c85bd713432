"""Crosstalk and polarity, from a test record's tones in one channel or in both.

Separation is the tone's level in the channel that has it over what the other one hears of it, at
the tone's own frequency: the channel separation of IEC 60098, on records such as that of DIN 45543.
The other channel is correlated with the driven one over a quarter of a second at a time, which is a
filter 4 Hz wide that follows the wow: noise of a channel doesn't count as crosstalk.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout.measure.tone import Tone

_TOGETHER_S = 0.25
"""Seconds that are correlated at a time"""
MOST_DB = 90.0
"""What is more can't be told: the rounding of 16 bits, averaged over 0.25 s"""


@dataclass(frozen=True, slots=True)
class Separation:
    """How much less the other channel hears of a tone in one channel."""

    driven: Literal["left", "right"]
    """The channel that has the tone"""
    separation_db: float
    """dB, at most 90"""


@dataclass(frozen=True, slots=True)
class Polarity:
    """How left and right stand to each other in a tone that both have."""

    same: bool
    """A lateral cut: both walls in phase. Else one channel is turned, or the cut is vertical"""
    phase_deg: float
    """-180 to 180: right against left"""
    balance_db: float
    """Left over right"""


def measure_separation(tone: Tone) -> Separation | None:
    """Return the separation from a tone that one channel has; None where both have it.

    Nor is there any from a file whose other channel is digital silence: it wasn't recorded.
    """
    if tone.channel == "both" or min(tone.peaks) == 0.0:
        return None
    driven, other = (0, 1) if tone.channel == "left" else (1, 0)
    share = float(np.median(np.abs(_ratios(tone, driven, other))))
    separation_db = min(MOST_DB, -20.0 * math.log10(max(share, 1e-10)))
    return Separation(tone.channel, separation_db)


def measure_polarity(tone: Tone) -> Polarity | None:
    """Return polarity and balance from a tone that both channels have, else None.

    Nor is there any where both are the very same: of a mono file, or of a copy of one channel.
    """
    if tone.channel != "both" or np.array_equal(*tone.baseband):
        return None
    ratios = _ratios(tone, 0, 1)
    phase_deg = math.degrees(float(np.angle(ratios.sum())))
    balance_db = -20.0 * math.log10(float(np.median(np.abs(ratios))))
    return Polarity(abs(phase_deg) < 90.0, phase_deg, balance_db)


def _ratios(tone: Tone, driven: int, other: int) -> npt.NDArray[np.complex128]:
    """Complex: what the other channel has of the driven one's tone, a value every 0.25 s."""
    together = round(_TOGETHER_S * tone.rate)
    parts = tone.baseband.shape[1] // together
    sound = tone.baseband[:, : parts * together].astype(np.complex128).reshape(2, parts, together)
    both = (sound[other] * sound[driven].conj()).sum(axis=1)
    ratios: npt.NDArray[np.complex128] = both / np.square(np.abs(sound[driven])).sum(axis=1)
    return ratios
