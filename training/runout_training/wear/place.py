"""Puts the waveform of one impulse on the two walls of a groove, at a level over the programme."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import Wave, extent
from runout_training.wear.worn import Sound, Truth, Wall

CLICK_LONGEST_S = 0.003
"""An impulse up to this long is a click, a longer one a pop"""
_LEVEL_S = 0.05
"""Programme level is the RMS over this much on either side of an impulse"""
_SHARP = 6.0
"""An impulse is sharp whose second difference is this many times the programme's around it"""
_FLOOR = 0.01
"""Of the whole programme's level: silence has no less, or it would be divided by"""
_SKEW = 3
"""Most samples (68 us) between the two walls' impulses: the stylus stands a little askew"""


@dataclass(frozen=True, slots=True)
class Walls:
    """How an impulse is shared between the groove's walls, at 45 degrees each."""

    gains: tuple[float, float]
    """Left and right; the louder is 1 or -1. Equal: lateral, a push sideways; opposite: vertical"""
    channel: Wall
    skew: int
    """Samples by which the right wall is later than the left"""


def draw_walls(rng: np.random.Generator, mono: bool = False) -> Walls:
    """One wall or both, in or out of phase, a little apart in time; lateral if `mono`."""
    if mono:
        return Walls((1.0, 1.0), "both", 0)
    skew = int(rng.integers(-_SKEW, _SKEW + 1)) if rng.random() < 0.7 else 0
    sign = float(rng.choice((-1.0, 1.0)))
    if rng.random() < 0.5:
        return Walls((sign, 0.0), "left", 0) if rng.random() < 0.5 else Walls((0, sign), "right", 0)
    # A third of those on both walls move the stylus purely sideways or purely up and down.
    share = 1.0 if rng.random() < 0.33 else float(rng.uniform(0.35, 1.0))
    other = sign * share * float(rng.choice((-1.0, 1.0)))
    return Walls((sign, other) if rng.random() < 0.5 else (other, sign), "both", skew)


class Programme:
    """The level of the music around any place in it, by one look-up each."""

    def __init__(self, sound: Sound) -> None:
        squares = np.cumsum(sound**2, axis=1)
        bends = np.cumsum(np.abs(np.diff(sound, 2, axis=1, prepend=0.0, append=0.0)), axis=1)
        zero = np.zeros((2, 1))
        self._squares = np.concatenate((zero, squares), axis=1)
        self._bends = np.concatenate((zero, bends), axis=1)
        self._floor = _FLOOR * float(np.sqrt(np.mean(sound**2))) + 1e-9
        self._samples = sound.shape[1]

    def level(self, at: int) -> npt.NDArray[np.float64]:
        """RMS of left and right around sample `at`."""
        low, high = self._around(at)
        power = (self._squares[:, high] - self._squares[:, low]) / (high - low)
        return np.maximum(np.sqrt(np.maximum(power, 0.0)), self._floor)

    def bend(self, at: int) -> npt.NDArray[np.float64]:
        """Mean second difference of left and right around sample `at`."""
        low, high = self._around(at)
        return (self._bends[:, high] - self._bends[:, low]) / (high - low)

    def _around(self, at: int) -> tuple[int, int]:
        reach = round(_LEVEL_S * RATE)
        return max(0, at - reach), min(self._samples, at + reach)


def put(
    sound: Sound,
    programme: Programme,
    wave: Wave,
    at: int,
    walls: Walls,
    over_db: float,
    wear: str,
    music_left: float = 1.0,
    episode: int | None = None,
) -> Truth:
    """Add `wave` (peak 1) to `sound` in place, from sample `at` on, and return its truth.

    Its peak is `over_db` over the programme around it. `music_left` of the music under it stays:
    1 where it rides on the music, 0 where nothing of the groove is left.
    """
    gains = np.asarray(walls.gains, np.float64)
    peak = at + int(np.abs(wave).argmax())
    loud = int(np.abs(gains).argmax())
    size = float(programme.level(peak)[loud]) * 10 ** (over_db / 20)
    sharp = bool(
        size * np.abs(np.diff(wave, 2)).max(initial=0.0) >= _SHARP * programme.bend(peak)[loud]
    )
    first, last = extent(wave, 0.05)
    if music_left < 1.0:
        for row in np.flatnonzero(gains):
            sound[row, at + first : at + last] *= music_left
    for row, late in ((0, max(0, -walls.skew)), (1, max(0, walls.skew))):
        place = sound[row, at + late : at + late + len(wave)]
        place += wave[: len(place)] * size * gains[row]
    first, last = extent(wave)
    kind: Literal["click", "pop"] = "click" if last - first <= CLICK_LONGEST_S * RATE else "pop"
    return Truth(kind, at + first, peak, at + last, walls.channel, over_db, sharp, wear, episode)
