"""Windows: what the predecessors' systems answer about, and whether a window is damaged."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE

WINDOW_S = 3.0
"""Of the windows that all are judged by: those of Vinyl Scratch Detector"""

_DAMAGE = ("click", "pop")


class Defect(Protocol):
    """What is asked of a truth here."""

    @property
    def kind(self) -> str:
        """Name of the defect."""

    @property
    def peak(self) -> int:
        """Sample of its largest magnitude, at 44.1 kHz."""


def whole_windows(samples: int, seconds: float) -> npt.NDArray[np.int64]:
    """First samples of the whole windows of a sound at 44.1 kHz, which lie end to end.

    What is left at the end is in none.
    """
    length = round(seconds * RATE)
    return np.arange(0, samples - length + 1, length, dtype=np.int64)


def damaged(
    truth: Sequence[Defect], starts: npt.NDArray[np.int64], seconds: float
) -> npt.NDArray[np.bool_]:
    """Whether any click or pop peaks in each window of `seconds` from `starts`, (windows,)."""
    peaks = np.array([one.peak for one in truth if one.kind in _DAMAGE], np.int64)
    return counted(peaks, starts, seconds) > 0


def counted(
    places: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], seconds: float
) -> npt.NDArray[np.int64]:
    """How many of some samples lie in each window of `seconds` from `starts`, (windows,)."""
    ordered = np.sort(places)
    ends = starts + round(seconds * RATE)
    counts: npt.NDArray[np.int64] = np.searchsorted(ordered, ends) - np.searchsorted(
        ordered, starts
    )
    return counts
