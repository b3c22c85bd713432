"""The objective of tuning: F1 at a limit on false alarms, which shouting can't win."""

from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.floating[Any]]
Targets = npt.NDArray[np.int8]

MOST_PER_MIN = 0.5
"""False alarms a minute of sound without wear"""

_REACH = 1
"""Cells (5.8 ms) that a found impulse may miss its own by"""
_LONGEST = 3
"""Cells: longer than any pop. What is hot for longer is as many alarms as it could hold"""
_CANDIDATES = 96


def f1_at_limit(
    scores: Scores, targets: Targets, cell_s: float, most_per_min: float = MOST_PER_MIN
) -> float:
    """Best F1 among the thresholds that keep false alarms on unworn segments within the limit.

    `scores`, higher is surer, and `targets` (1 an impulse, -1 not asked, 0 none) are
    (segments, cells), each the highest of its classes. 0 where no threshold is within the limit:
    a network that always says yes has none, one that always says no finds nothing.
    """
    unworn = ~targets.any(axis=1)
    minutes = int(unworn.sum()) * targets.shape[1] * cell_s / 60.0
    if minutes == 0.0:
        raise ValueError("no segment is without wear: false alarms can't be counted")
    if not (targets == 1).any():
        raise ValueError("no segment has an impulse: nothing can be found")
    best = 0.0
    for threshold in _thresholds(scores, targets == 1):
        hot = scores >= threshold
        if _alarms(hot[unworn]) / minutes <= most_per_min:
            best = max(best, _f1(hot[~unworn], targets[~unworn]))
    return best


def _thresholds(scores: Scores, asked: npt.NDArray[np.bool_]) -> Scores:
    """Candidates: scores that impulses reach, since F1 is best at one of them."""
    length = scores.shape[1]
    padded = np.pad(scores, ((0, 0), (_REACH, _REACH)), mode="edge")
    near = [padded[:, shift : shift + length] for shift in range(2 * _REACH + 1)]
    reached = np.maximum.reduce(near)[asked]
    shares = np.linspace(0.0, 1.0, _CANDIDATES)
    candidates: Scores = np.unique(np.quantile(reached, shares, method="lower"))
    return candidates


def _alarms(hot: npt.NDArray[np.bool_]) -> int:
    """Runs of hot cells, a long one counted once every `_LONGEST` cells."""
    lengths = _run_lengths(hot)
    return int((-(-lengths // _LONGEST)).sum())


def _run_lengths(hot: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    edges = np.diff(np.pad(hot, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(edges == 1)[:, 1], np.argwhere(edges == -1)[:, 1]
    return np.asarray(ends - starts, np.int64)


def _f1(hot: npt.NDArray[np.bool_], targets: Targets) -> float:
    """Impulses are found by a hot cell at most one off; hot cells near none are false."""
    asked = targets == 1
    true = int((asked & _spread(hot)).sum())
    missed = int(asked.sum()) - true
    false = _alarms(hot & ~_spread(targets != 0))
    total = 2 * true + false + missed
    return 2 * true / total if total else 0.0


def _spread(cells: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """True within `_REACH` cells of any that is."""
    padded = np.pad(cells, ((0, 0), (_REACH, _REACH)))
    length = cells.shape[1]
    shifted = [padded[:, shift : shift + length] for shift in range(2 * _REACH + 1)]
    return np.asarray(np.logical_or.reduce(shifted))
