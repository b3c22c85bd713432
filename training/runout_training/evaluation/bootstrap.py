"""Confidence intervals by bootstrap over files: impulses of one file are not independent."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout_training.evaluation.sets import SEED

_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def bootstrapped(
    files: npt.NDArray[np.float64], figure: Callable[[npt.NDArray[np.float64]], float]
) -> Figure:
    """A figure of the sums over files, shape (files, n), and its interval."""
    return over_files(len(files), lambda picked: figure(files[picked].sum(axis=0)))


def over_files(files: int, figure: Callable[[npt.NDArray[np.int64]], float]) -> Figure:
    """A figure of any kind of the files whose numbers it is given, and its interval.

    Draws (percentile bootstrap, Efron 1979) on which the figure isn't a number, because they
    hold too few files of a kind, don't count.
    """
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(files, size=(_RESAMPLES, files))
    low, high = np.nanpercentile([figure(picked) for picked in drawn], (2.5, 97.5))
    return Figure(float(figure(np.arange(files))), float(low), float(high))
