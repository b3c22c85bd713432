"""Faint clicks: what the model half hears is evidence where a click is due, and nowhere else."""

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_LEAST = np.float32(0.0)
_DUE = 34.0
"""Odds of an impulse in a cell where a scratch is due, 0.9 in the 2.4 cells that it may come in,
over those in any cell at 3 impulses a second, at which a score is a probability"""
_TINY = 1e-9


def where_due(score: float) -> float:
    """Probability of an impulse of that score in a cell where a scratch is due.

    By Bayes' rule its odds change with those of any impulse there (Saerens, Latinne and
    Decaestecker 2002, Adjusting the outputs of a classifier to new a priori probabilities).
    """
    odds = _DUE * score / max(1.0 - score, _TINY)
    return odds / (1.0 + odds)


class Faint:
    """The scores of the last cells in which no impulse was told, and how surprising they are.

    No score is high or low by itself: it is judged by its rank among the cells kept, so neither a
    threshold nor the calibration of a model enters.
    """

    def __init__(self, kept_s: float) -> None:
        """Scores of the last `kept_s` seconds are kept."""
        self._kept_s = kept_s
        self._scores: Array = np.zeros(0, np.float32)
        self._ranked: Array = self._scores
        self._start_s = 0.0
        self._cell_s = 1.0
        self._told: list[float] = []

    @property
    def until_s(self) -> float:
        """Until when there are scores; infinity where none were ever fed."""
        if len(self._scores) == 0:
            return math.inf
        return self._start_s + len(self._scores) * self._cell_s

    def told(self, time_s: float) -> None:
        """An impulse was told: its cell, and those that overhear it, are not faint ones."""
        self._told.append(time_s)

    def feed(self, scores: Array, start_s: float, cell_s: float) -> None:
        """Take the scores of the next cells of `cell_s` seconds, from `start_s` on."""
        kept = np.concatenate((self._scores, scores))[-round(self._kept_s / cell_s) :]
        self._start_s = start_s + (len(scores) - len(kept)) * cell_s
        self._scores, self._cell_s = kept, cell_s
        # An impulse may be told before the scores of its cells come.
        for time_s in self._told:
            cell = int((time_s - self._start_s) // cell_s)
            self._scores[max(0, cell - 1) : max(0, cell + 2)] = _LEAST
        end_s = start_s + (len(scores) - 2) * cell_s
        self._told = [time_s for time_s in self._told if time_s >= end_s]
        self._ranked = self._scores[:0]

    def chance(self, time_s: float, reach_s: float) -> float:
        """Chance, 0 to 1, that the cells within `reach_s` of a time are as hot as they are anyhow.

        1 where their scores aren't kept.
        """
        first = int((time_s - reach_s - self._start_s) // self._cell_s)
        last = int((time_s + reach_s - self._start_s) // self._cell_s)
        if first < 0 or last >= len(self._scores):
            return 1.0
        if len(self._ranked) == 0:
            self._ranked = np.sort(self._scores)
        # Of so few, Python finds the largest sooner than numpy.
        hottest = np.float32(max(self._scores[first : last + 1].tolist()))
        as_hot = len(self._ranked) - int(self._ranked.searchsorted(hottest))
        share = as_hot / len(self._ranked)
        return 1.0 - (1.0 - share) ** (last + 1 - first)
