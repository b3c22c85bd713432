"""What tells that the needle was struck: the model's scores, and a flight that they missed."""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.defects.again import Past
from runout.defects.flight import flight

Array = npt.NDArray[np.float32]

_HINT = 0.1
"""The model's score that a flight makes a shock of"""
_LEAST = 0.3
"""... and that is one without; clean music that repeats itself (train split) had 0.17"""
_SURE = 0.7
"""... and no doubt about it"""
_FLIGHT_LEAST_DB = 5.0
"""A shock that the model missed or half heard is one where the needle flew"""
_FLIGHT_ALONE_DB = 12.0
"""... and one that it did not hear at all, where the music of loops alone came to 10 dB"""
_CLICK = 0.9
"""A score that is a click without doubt"""
_NO_CLICK = 0.2
"""... and one that is none"""
_NEAR_CELLS = 3
"""Cells within which a click that is heard again may lie from where it is due"""
_KEPT_S = 8.0


@dataclass(frozen=True, slots=True)
class Shock:
    """The needle was struck, or flew."""

    start: int
    """Sample"""
    sure: bool


class Shocks:
    """Keeps the scores of the last seconds of a stream beside its sound."""

    def __init__(self, past: Past, start_s: float, cell_s: float) -> None:
        """`past` began at `start_s` seconds and is fed first."""
        self._past = past
        self._start_s = start_s
        self._cell_s = cell_s
        self._scores: deque[Array] = deque()
        self._scored = 0
        self._cells_kept = round(_KEPT_S / cell_s)

    def feed(self, scores: Array) -> None:
        """Take the model's scores of an impulse in the next cells."""
        self._scores.append(scores)
        self._scored += len(scores)
        while self._scored - len(self._scores[0]) > self._cells_kept:
            self._scored -= len(self._scores.popleft())

    def struck(self, first: int, last: int) -> Shock | None:
        """The shock of a jump from sample `first` to `last`, if any."""
        rate = self._past.rate
        last = min(last, self._past.heard)
        cells = self._cells(self._start_s + first / rate, self._start_s + last / rate)
        score = float(cells.max(initial=0.0))
        hottest = int(cells.argmax()) if len(cells) else 0
        at = last - round((len(cells) - hottest) * self._cell_s * rate)
        if score >= _SURE:
            return Shock(at, sure=True)
        flown = flight(self._past, first, last)
        flew = flown is not None and flown.depth_db >= _FLIGHT_LEAST_DB
        if score >= _LEAST:
            return Shock(at, sure=flew)
        if score >= _HINT and flew:
            return Shock(at, sure=True)
        if flown is None or flown.depth_db < _FLIGHT_ALONE_DB:
            return None
        return Shock(flown.start, sure=True)

    def damage_repeats(self, start_s: float, end_s: float, lag_s: float) -> bool:
        """Whether the clicks between two times, and those `lag_s` before, are mostly the same ones.

        Dust on a record of loops isn't: it lies elsewhere on every turn.
        """
        now = self._cells(start_s, end_s)
        then = self._cells(start_s - lag_s, end_s - lag_s)
        cells = min(len(now), len(then))
        if cells == 0:
            return True
        now, then = now[-cells:], then[-cells:]
        same = other = 0
        for one, mate in ((now, then), (then, now)):
            clicks = np.flatnonzero(one >= _CLICK)
            heard = np.array(
                [mate[max(0, c - _NEAR_CELLS) : c + _NEAR_CELLS + 1].max() for c in clicks]
            )
            same += int((heard > _NO_CLICK).sum())
            other += int((heard <= _NO_CLICK).sum())
        return other <= same

    def _cells(self, start_s: float, end_s: float) -> Array:
        """The scores of the cells between two times, as far as they are kept."""
        scores = np.concatenate(self._scores)
        now_s = self._start_s + self._past.heard / self._past.rate
        end = len(scores)
        first = end - round((now_s - start_s) / self._cell_s)
        last = end - round((now_s - end_s) / self._cell_s)
        return scores[max(0, first) : max(0, last)]
