"""Worn sound: what a wear module takes and gives, and the truth that it keeps.

Every module's function has the form `wear(rng, worn, ...) -> Worn`: it damages the sound, adds
what it did to the truth and, where it moves the sound in time, moves the truth with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE
from runout_training.wear.clock import Clock

Sound = npt.NDArray[np.float64]

Kind = Literal[
    "click", "pop", "skip", "locked_groove", "dropout", "distortion", "clipping", "capture_glitch"
]
Wall = Literal["left", "right", "both"]


@dataclass(frozen=True, slots=True)
class Truth:
    """One defect that was put on."""

    kind: Kind
    start: int
    """Sample where it begins; of an impulse, where it first reaches a tenth of its peak"""
    peak: int
    """Sample of its largest magnitude"""
    end: int
    """Sample past its last; of an impulse, past the last that reaches a tenth of its peak"""
    channel: Wall
    over_db: float
    """Of an impulse, its peak over the RMS of the programme around it, in the louder channel;
    of the others, how deep the damage is, as their modules say"""
    sharp: bool = False
    """Of an impulse, whether its second difference stands well out of the programme's"""
    wear: str = "click"
    """The module that put it on"""
    episode: int | None = None
    """Number of the scratch that an impulse is part of, counted from 0 in each sound"""


@dataclass(frozen=True, slots=True)
class Worn:
    """Sound with what has been done to it."""

    sound: Sound
    """Shape (2, samples) at 44.1 kHz, left and right groove wall"""
    clock: Clock
    truth: tuple[Truth, ...] = ()

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.sound.shape[1] / RATE

    def with_truth(self, sound: Sound, *more: Truth) -> "Worn":
        """The same place and clock with another sound and more truth."""
        return replace(self, sound=sound, truth=self.truth + more)

    def moved(
        self, sound: Sound, place: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.int64]]
    ) -> "Worn":
        """Another sound in which what was at sample n is at `place(n)`; -1 where it is gone.

        `place` takes and gives arrays of sample numbers.
        """
        if not self.truth:
            return replace(self, sound=sound)
        rows = np.array([(one.start, one.peak, one.end) for one in self.truth], np.int64)
        placed = place(rows.ravel()).reshape(rows.shape)
        truth = tuple(
            replace(one, start=int(start), peak=int(peak), end=int(end))
            for one, (start, peak, end) in zip(self.truth, placed, strict=True)
            if min(start, peak, end) >= 0
        )
        return replace(self, sound=sound, truth=truth)
