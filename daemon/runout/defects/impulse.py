"""Single clicks and pops: from hot cells to onset, length, groove wall and level.

The model says which cell of 5.8 ms holds an impulse; the error of linear prediction over its
local scale says, to the sample, where in the cell it stands.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout.defects.audibility import Loudest, audible_db
from runout.defects.event import Channel
from runout.defects.extent import Extent
from runout.kept import Kept
from runout.model.card import Card
from runout.model.scorer import Scored

Array = npt.NDArray[np.float32]

ImpulseKind = Literal["click", "pop", "capture_glitch"]

_KINDS: tuple[ImpulseKind, ...] = ("click", "pop", "capture_glitch")
_DOUBTFUL = 0.1
"""Least score of an impulse that may be told once it proves to be one of a scratch"""
_MOST_DOUBTFUL = 2
"""Of them in a step of scored cells (0.19 s), the likeliest"""
_MERGE_S = 0.003
"""Peaks nearer than this are one impulse: a click lasts up to 3 ms"""
_SECOND_SHARE = 0.1
"""An impulse in the same hot cell as a higher one, or in the next, counts if it stands at least
this share of the other"""
_SECOND_LEAST = 8.0
"""... one in the same cell also this many times its surroundings"""
_OVER_CALM = 1.2
"""... and this many times what the cells around that aren't hot reach, all but a quarter of them,
for music has peaks of its own. On the validation split this, in place of a share of 0.35 alone,
brought F1 from 0.917 to 0.928 among 3230 impulses of the sparse and the busy set (35 false ones
instead of 106), from 0.887 to 0.911 among 4264 at 20 to 150 a second, and from 0.839 to 0.869 among
10,286 ticks of crackle (scores of model 0.3.1)"""
_WALL_SHARE = 0.3
"""A wall carries the impulse if it has at least this share of the louder one's amplitude"""
_WALL_LEAST = 4.0
"""... and stands this many times its surroundings"""
_WALL_NEAR_S = 0.0007
"""... within so long of the peak"""
_LEVEL_CELLS = 9
"""Cells before (52 ms) whose median power, with those after, is the programme level"""
_AHEAD_CELLS = 4
"""Cells after (23 ms): the length of a pop, and the programme level behind it"""
_POWER_FLOOR = 1e-10
"""-100 dBFS: below that there is no programme"""


@dataclass(frozen=True, slots=True)
class Impulse:
    """A click or pop, or what the capture lost or repeated and sounds like one."""

    start: int
    """Sample at the analysis rate where it begins"""
    length: int
    """Samples"""
    kind: ImpulseKind
    channel: Channel
    peak_db: float
    """Peak over the programme level around it, in the louder channel"""
    confidence: float
    """The model's score, 0 to 1"""
    audible_db: float | None = None
    """Over its threshold of being heard, see audibility.py; None where that wasn't told"""
    peak: int | None = None
    """Sample at the analysis rate that was foretold worst; None where that wasn't told"""
    doubtful: bool = False
    """Not to be told unless it proves to be one of a scratch"""


class ImpulseFinder:
    """Finds impulses in a stream of scored cells; answers 23 ms of sound later."""

    def __init__(self, card: Card, thresholds: dict[str, float]) -> None:
        """`thresholds` by class: one of the card's, or to measure with, others."""
        self.set_thresholds(thresholds)
        self._rows = [card.classes.index(name) for name in _KINDS]
        self._params = card.features
        self._hop = card.features.hop
        rate = card.features.sample_rate
        self._merge = round(_MERGE_S * rate)
        self._near = round(_WALL_NEAR_S * rate)
        self._extent = Extent(rate)
        self._first = 0
        self._next = 0
        self._scores: Array = np.zeros((0, len(_KINDS)), np.float32)
        least = (_LEVEL_CELLS + 1 + _AHEAD_CELLS + card.window.scored) * self._hop
        self._kept_audio, self._kept_ratio = Kept(least), Kept(least)
        self._audio: Array = np.zeros((2, 0), np.float32)
        self._ratio: Array = np.zeros((3, 0), np.float32)
        self._highest: Array = self._ratio[0]
        self._power: Array = np.zeros((2, 0), np.float32)
        self._loudest_music = Loudest(card.features)
        self._last_end = -self._merge
        self._last_peak = -self._merge
        self.doubtful: list[Impulse] = []
        """In the cells looked through last: not sure enough to be told, in order of time"""

    def set_thresholds(self, thresholds: dict[str, float]) -> None:
        """Take other thresholds, by class, for what is fed from now on."""
        self._thresholds = np.array([thresholds[name] for name in _KINDS], np.float32)

    def feed(self, scored: Scored) -> list[Impulse]:
        """Impulses that the new cells complete, no more than the model scores at once."""
        cells = len(scored.scores)
        sound = scored.audio.reshape(2, cells, self._hop)
        power = np.einsum("wcs,wcs->wc", sound, sound) / np.float32(self._hop)
        self._loudest_music.feed(power)
        self._scores = np.concatenate((self._scores, scored.scores[:, self._rows]))
        self._kept_audio.feed(scored.audio)
        self._kept_ratio.feed(scored.ratio)
        self._power = np.concatenate((self._power, power), axis=1)
        return self._find(self._first + len(self._scores) - _AHEAD_CELLS)

    def finish(self) -> list[Impulse]:
        """Impulses in the last cells."""
        return self._find(self._first + len(self._scores))

    def _find(self, end: int) -> list[Impulse]:
        """Look through the cells from the next one up to `end`."""
        # By columns: along three scores a row, numpy is slow.
        hot = np.logical_or.reduce(self._thresholds[:, None] <= self._scores.T)
        start, stop = self._next - self._first, max(0, end - self._first)
        cells = (start + hot[start:stop].nonzero()[0]).tolist()
        doubted = self._doubted(start, stop, hot)
        if cells or doubted:
            self._hear()
        found: list[Impulse] = []
        for cell in cells:
            calm = self._calm(cell, hot)
            if not self._is_shadow(cell, hot, calm):
                found += self._in_cell(cell, self._scores[cell], calm)
        self.doubtful = [self._doubt(cell) for cell in doubted]
        self._next = max(self._next, end)
        drop = self._next - _LEVEL_CELLS - 1 - self._first
        if drop > 0:
            self._first += drop
            self._scores = self._scores[drop:]
            self._power = self._power[:, drop:]
        return found

    def _hear(self) -> None:
        """Have the cells' sound and ratios at hand; most steps have nothing to look at there."""
        span = self._first * self._hop, self._kept_audio.end
        self._audio, self._ratio = self._kept_audio.between(*span), self._kept_ratio.between(*span)
        self._highest = np.maximum.reduce(self._ratio)

    def _doubted(self, start: int, stop: int, hot: npt.NDArray[np.bool_]) -> list[int]:
        """The likeliest cells of an impulse from `start` to `stop` among those that aren't hot."""
        # By columns here too.
        scores = np.maximum(self._scores[:, 0], self._scores[:, 1])
        cells = (start + (scores[start:stop] >= _DOUBTFUL).nonzero()[0]).tolist()
        if not cells:
            return []
        # The last stands for what is before the first as well.
        near = [*np.where(hot, np.float32(2.0), scores).tolist(), 0.0]
        peaks = [cell for cell in cells if near[cell - 1] <= near[cell] > near[cell + 1]]
        likeliest = sorted((cell for cell in peaks if not hot[cell]), key=lambda cell: -near[cell])
        return sorted(likeliest[:_MOST_DOUBTFUL])

    def _doubt(self, cell: int) -> Impulse:
        """The impulse of a cell that is not hot."""
        scores = self._scores[cell, :-1]
        kind = int(scores.argmax())
        peak = self._loudest(cell)[1]
        return self._impulse(peak, _KINDS[kind], float(scores[kind]), cell, doubtful=True)

    def _calm(self, cell: int, hot: npt.NDArray[np.bool_]) -> float:
        """Upper quartile, the lower of two, of the largest ratios of the cells around that aren't
        hot; 0 of none."""
        first = max(0, cell - _LEVEL_CELLS)
        near = (~hot[first : cell + 1 + _AHEAD_CELLS]).nonzero()[0]
        if len(near) == 0:
            return 0.0
        span = slice(first * self._hop, (first + int(near[-1]) + 1) * self._hop)
        cells = np.maximum.reduce(self._highest[span].reshape(-1, self._hop), axis=1)
        rising = np.sort(cells[near])
        return float(rising[3 * (len(rising) - 1) // 4])

    def _is_shadow(self, cell: int, hot: npt.NDArray[np.bool_], calm: float) -> bool:
        """Whether a hot cell only overhears the impulse of the hot cell before or after it."""
        peak, place = self._loudest(cell)
        for near in (cell - 1, cell + 1):
            if not 0 <= near < len(hot) or not hot[near]:
                continue
            other, other_place = self._loudest(near)
            joined = abs(other_place - place) < self._merge
            if other > peak and (joined or peak < max(_SECOND_SHARE * other, _OVER_CALM * calm)):
                return True
        return False

    def _loudest(self, cell: int) -> tuple[float, int]:
        """A cell's largest ratio, and its sample in the buffer."""
        start = cell * self._hop
        ratio = self._highest[start : start + self._hop]
        place = int(ratio.argmax())
        return float(ratio[place]), start + place

    def _in_cell(self, cell: int, scores: Array, calm: float) -> list[Impulse]:
        """The impulses of one hot cell, counted from the start of the buffer."""
        told = np.where(scores >= self._thresholds, scores, 0.0)[:-1]
        likeliest = int(told.argmax())
        # A glitch by the model's word alone is only a place to look at: see capture.py.
        kind = _KINDS[likeliest if told[likeliest] > 0.0 else -1]
        start = cell * self._hop
        ratio = self._highest[start : start + self._hop].copy()
        peaks = [int(ratio.argmax())]
        if kind == "click":
            highest = float(ratio[peaks[0]])
            least = max(_SECOND_LEAST, _SECOND_SHARE * highest, _OVER_CALM * calm)
            ratio[max(0, peaks[0] - self._merge) : peaks[0] + self._merge] = 0.0
            second = int(ratio.argmax())
            if ratio[second] >= least:
                peaks = sorted((peaks[0], second))
        found = []
        confidence = float(scores[_KINDS.index(kind)])
        for peak in peaks:
            absolute = self._first * self._hop + start + peak
            if absolute < max(self._last_end, self._last_peak + self._merge):
                continue
            impulse = self._impulse(start + peak, kind, confidence, cell)
            if impulse.start < self._last_end:  # it is the other's ringing
                continue
            found.append(impulse)
            self._last_peak = absolute
            self._last_end = impulse.start + impulse.length
        return found

    def _impulse(
        self, peak: int, kind: ImpulseKind, confidence: float, cell: int, doubtful: bool = False
    ) -> Impulse:
        start, end = self._extent.of(self._highest, self._audio, peak, kind == "pop")
        deviation = self._extent.deviation(self._audio, start, end)
        power = self._programme(cell)
        over = deviation / np.sqrt(power)
        loud = int(deviation.argmax())
        other = self._ratio[1 - loud, max(0, peak - self._near) : peak + self._near].max()
        both = other >= _WALL_LEAST and deviation[1 - loud] >= _WALL_SHARE * deviation[loud]
        channel: Channel = "both" if both else ("left", "right")[loud]
        return Impulse(
            start=self._first * self._hop + start,
            length=end - start,
            kind=kind,
            channel=channel,
            peak_db=float(20.0 * np.log10(max(float(over[loud]), 1e-3))),
            confidence=confidence,
            audible_db=audible_db(
                self._audio, start, end - start, self._loudest_music.power, self._params
            ),
            peak=self._first * self._hop + peak,
            doubtful=doubtful,
        )

    def _programme(self, cell: int) -> Array:
        """Power of left and right around a cell, without those that the impulse touches.

        The median, so that neighbouring impulses don't count as programme.
        """
        before = self._power[:, max(0, cell - _LEVEL_CELLS) : max(0, cell - 1)]
        after = self._power[:, cell + 3 : cell + 1 + _AHEAD_CELLS]
        around = np.concatenate((before, after), axis=1)
        if around.shape[1] == 0:
            around = self._power
        rising, cells = np.sort(around, axis=1), around.shape[1]
        median = (rising[:, (cells - 1) // 2] + rising[:, cells // 2]) / np.float32(2.0)
        power: Array = np.maximum(median, np.float32(_POWER_FLOOR))
        return power
