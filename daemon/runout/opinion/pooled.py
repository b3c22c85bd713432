"""A side's features and scores in a few figures each, whatever its length.

Mean, standard deviation and a high quantile a column, in bounded memory: sums and a histogram.
The steps that are taken are counted from the start of the sound (see features/front_end.py), so
that every way of splitting the sound into blocks gives the same figures bit for bit.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Figures = npt.NDArray[np.float64]

ROW_QUANTILE = 0.95
"""Of a feature: what it is where the side is at its worst"""
SCORE_QUANTILE = 0.999
"""Of a score: impulses are rare, a cell in a thousand is ten a minute"""
_BINS = 160
"""Of a histogram: a tenth of a deviation of a feature, 0.6 % of a score"""


@dataclass(frozen=True, slots=True)
class PooledFigures:
    """A side, or as much of it as was heard."""

    rows: Figures
    """Mean, standard deviation and quantile of each normalized feature, shape (3, n_features)"""
    scores: Figures
    """Likewise of each class' score, shape (3, classes)"""
    cells: int
    """How many cells they are of"""


class Pooled:
    """Gathers one side."""

    def __init__(self, n_features: int, classes: int, clip: float) -> None:
        """`clip` is the largest magnitude of a normalized feature; scores go from 0 to 1."""
        self._rows = _Columns(n_features, -clip, clip)
        self._scores = _Columns(classes, 0.0, 1.0)

    def feed(self, rows: Figures, scores: Array) -> None:
        """Take cells: features of shape (cells, n_features), scores of shape (cells, classes)."""
        self._rows.feed(rows)
        self._scores.feed(scores)

    def figures(self) -> PooledFigures | None:
        """All that was fed in figures; None where nothing was."""
        if self._rows.count == 0:
            return None
        return PooledFigures(
            self._rows.figures(ROW_QUANTILE),
            self._scores.figures(SCORE_QUANTILE),
            self._rows.count,
        )


class _Columns:
    """Sums and histograms of columns whose values lie from `low` to `high`."""

    def __init__(self, columns: int, low: float, high: float) -> None:
        self.count = 0
        self._low, self._width = low, (high - low) / _BINS
        self._sum = np.zeros(columns)
        self._squares = np.zeros(columns)
        self._histogram = np.zeros((columns, _BINS), np.int64)
        self._first = np.arange(columns) * _BINS

    def feed(self, values: npt.NDArray[np.floating[Any]]) -> None:
        wide = values.astype(np.float64, copy=False)
        self.count += len(wide)
        self._sum += wide.sum(axis=0)
        self._squares += (wide**2).sum(axis=0)
        places = np.clip((wide - self._low) / self._width, 0, _BINS - 1).astype(np.int64)
        counted = np.bincount((places + self._first).ravel(), minlength=self._histogram.size)
        self._histogram += counted.reshape(self._histogram.shape)

    def figures(self, quantile: float) -> Figures:
        mean = self._sum / self.count
        deviation = np.sqrt(np.maximum(self._squares / self.count - mean**2, 0.0))
        return np.stack((mean, deviation, self._quantile(quantile)))

    def _quantile(self, quantile: float) -> Figures:
        """Within the bin that holds it, as if its values lay evenly in it."""
        below = np.cumsum(self._histogram, axis=1)
        wanted = quantile * self.count
        place = (below < wanted).sum(axis=1)
        rows = np.arange(len(below))
        inside = self._histogram[rows, place]
        share = (wanted - (below[rows, place] - inside)) / inside
        return np.asarray(self._low + (place + share) * self._width)
