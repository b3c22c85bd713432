"""Tells a step that is part of a sound's own wave from a click.

Cheap synthesizers, trackers and game consoles draw their saws and pulses without a band limit. Each
period has a step or two that no prediction foresees, and one step by itself is a click. But a wave
is periodic: the step comes again in the same shape, the same direction and like size every period,
before or after, at distances that stay the same or change smoothly while the note glides. Dust
keeps no time, and which way and how sharply it moves the needle is chance.

Looked for only where an impulse was found: the places around it where the error of linear
prediction (`Scored.ratio`) is of like size, of these the ones where the signed error has the same
shape, of these four or five in a row with the impulse among them.

Among steps that were told so, what stands out no more than they do is taken for another: where a
note begins, or two voices meet, few come again.

In 42 pieces of 8 s made of saws, pulses, hard sync and staircases with such steps (chords, glides,
filters, drums; at 44.1 and 48 kHz) this and rarity.py left 251 of 3669 clicks and 98 of 2088
capture glitches. Of the clicks found on the validation split, 1659 where they are sparse, busy or
faint and 5437 at 20 to 200 a second, none was taken for a step.
"""

from collections import deque
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from runout.defects.impulse import Impulse
from runout.features.prediction import predictor
from runout.kept import Kept
from runout.model.scorer import Scored

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_BEFORE_S = 0.1
_AFTER_S = 0.05
"""Of the sound after an impulse, no more is looked at; 23 ms are there when it is told"""
_KEPT_S = 0.4
"""That, and a step of scored cells (0.19 s) with the 23 ms that an impulse is told after"""
_SHORTEST_S = 0.0005
_LONGEST_S = 0.025
"""Of a wave's period: 2 kHz to 40 Hz. A scratch over several grooves may tick at 33 a second"""
_LIKE = 0.4
"""Of two steps of one wave, the smaller has at least this share of the larger: where the steps of
two voices meet, one of them is twice as high as alone"""
_SAME = 0.6
"""Least correlation of the shapes of two steps; half a sample apart, a single one has 0.64"""
_SHAPE = 8
"""Samples on either side that the shape is compared over"""
_APART = 4
"""Samples: of errors nearer than this, the largest is looked at"""
_MOST = 14
"""Places looked at on either side, the nearest"""
_GLIDE = 0.1
"""Share that a period may differ by from the one before"""
_BEND = 0.006
"""Share that this difference may differ by from the one before"""
_BEND_SAMPLES = 4
"""... and samples: three rounded places foretell the fourth to within 3.5"""
_MOST_BEND = 0.1
"""Share of the period, which is short where those few samples are much of it"""
_EVEN = 0.005
"""Share of the period up to which two periods are the same"""
_EVEN_SAMPLES = 2
"""... and samples: each place is rounded"""
_FEWEST = 4
"""Places in a row at even distances, or one more at distances that change"""
_ORDER = 12
_FIT = 1024
"""Samples on either side that the prediction is fitted to"""
_RIDGE = 1e-5
"""Share of the power, as in the features' linear prediction"""
_TINY = 1e-12
_COMPANY = 2
"""Steps told in the last 0.1 s among which no more is looked for: what stands out no more than"""
_OVER = 1.2
"""... so many times the highest of them is taken for another"""
_MOST_OTHERS = 10
"""Impulses in a second that are none, without a step between: it crackles, and to look costs"""


@dataclass(frozen=True, slots=True)
class _Step:
    """One that was told."""

    at: int
    """Sample of its highest error"""
    size: float
    """Of that error over its local scale"""


class Waves:
    """Keeps the last of the scored sound, and judges what was found in it."""

    def __init__(self, rate: int) -> None:
        """For sound at `rate` hertz."""
        self._rate = rate
        self._before = round(_BEFORE_S * rate)
        self._after = round(_AFTER_S * rate)
        self._shortest = round(_SHORTEST_S * rate)
        self._longest = round(_LONGEST_S * rate)
        self._steps: deque[_Step] = deque()
        self._others: deque[int] = deque()
        """Samples where something was looked at that is no step, since the last that is one"""
        self._margin = _SHAPE + 1 + _ORDER
        self._audio = Kept(round(_KEPT_S * rate))
        self._ratio = Kept(round(_KEPT_S * rate))

    def feed(self, scored: Scored) -> None:
        """Take the next cells of the same sound."""
        self._audio.feed(scored.audio)
        self._ratio.feed(scored.ratio)

    def has_step(self, impulse: Impulse) -> bool:
        """Whether an impulse in what was fed last is a step of a wave."""
        start = impulse.start - _APART
        end = min(impulse.start + impulse.length + _APART, self._ratio.end)
        if start < self._ratio.start:
            return False
        heard = self._ratio.between(start, end)
        wall, place = divmod(int(heard.argmax()), heard.shape[1])
        size, at = float(heard[wall, place]), start + place
        while self._steps and self._steps[0].at < at - self._before:
            self._steps.popleft()
        while self._others and self._others[0] < at - self._rate:
            self._others.popleft()
        company = len(self._steps) >= _COMPANY
        if company and size <= _OVER * max(step.size for step in self._steps):
            return True
        if len(self._others) >= _MOST_OTHERS:
            return False
        stepping = self._comes_again(at, wall)
        if stepping:
            self._steps.append(_Step(at, size))
            self._others.clear()
        else:
            self._others.append(at)
        return stepping

    def _comes_again(self, at: int, wall: int) -> bool:
        """Whether the sound of a wall does at other places what it does at this one, in time."""
        low = max(self._ratio.start, at - self._before - self._margin)
        high = min(self._ratio.end, at + self._after + self._margin)
        if not low + self._margin <= at < high - self._margin:
            return False
        like = _like(self._ratio.between(low, high)[wall], at - low, self._margin)
        if len(like) < _FEWEST:
            return False
        audio = self._audio.between(low, high).astype(np.float64)
        sound = audio[wall] if wall < 2 else audio[0] - audio[1]
        return self.keeps_time(_alike(sound, like, at - low) - (at - low))

    def keeps_time(self, places: Places) -> bool:
        """Whether of some places enough, the one at 0 among them, come one period after another."""
        left = places[places < 0][-_MOST:]
        right = places[places > 0][:_MOST]
        places = np.concatenate((left, (0,), right))
        if len(places) < _FEWEST:
            return False
        first, second, third = _threes(left, right)
        early, late = second - first, third - second
        shorter = np.minimum(early, late)
        smooth = (shorter >= self._shortest) & (np.maximum(early, late) <= self._longest)
        bend = np.abs(late - early)
        smooth &= bend <= _GLIDE * shorter + _EVEN_SAMPLES
        if not smooth.any():
            return False
        even = (bend <= _EVEN * shorter + _EVEN_SAMPLES)[smooth]
        first, second, third = first[smooth], second[smooth], third[smooth]
        ahead = _follow(places, first, second, third)
        behind = _follow(places, third, second, first)
        return bool(np.any(ahead + behind >= np.where(even, _FEWEST - 3, _FEWEST - 2)))


def _like(ratio: Array, at: int, margin: int) -> Places:
    """Places of errors of like size to that `at` a place, that one among them, in order."""
    size = ratio[at]
    high = margin + (ratio[margin:-margin] >= _LIKE * size).nonzero()[0]
    high = high[ratio[high] <= size / _LIKE]
    around = ratio[high[:, None] + np.arange(-_APART, _APART + 1)]
    highest: Places = high[(around.argmax(axis=1) == _APART) | (high == at)]
    return highest


def _alike(sound: Wide, places: Places, at: int) -> Places:
    """Of some places those where the error of prediction has the shape that it has `at` one."""
    near = sound[max(0, at - _FIT) : at + _FIT]
    weights = np.concatenate(((1.0,), -predictor(_correlation(near), _RIDGE)[0]))
    windows = np.lib.stride_tricks.sliding_window_view(sound, _ORDER + 1)
    # Rounded places are up to a sample off, to either side.
    around = np.arange(-_SHAPE - 1, _SHAPE + 2) - _ORDER
    errors = windows[places[:, None] + around] @ weights[::-1]
    shapes = np.lib.stride_tricks.sliding_window_view(errors, 2 * _SHAPE + 1, axis=1)
    shape = errors[int(np.searchsorted(places, at)), 1:-1]
    power = shape @ shape + _TINY
    products = shapes @ shape
    alike = products / np.sqrt(np.square(shapes).sum(axis=-1) * power + _TINY)
    rows, best = np.arange(len(places)), alike.argmax(axis=1)
    size = products[rows, best] / power
    good = (alike[rows, best] >= _SAME) & (size >= _LIKE) & (size <= 1.0 / _LIKE)
    same: Places = places[good]
    return same


def _correlation(sound: Wide) -> Wide:
    """Sums of products of samples 0 to `_ORDER` apart, shape (1, order + 1)."""
    tapered = sound * _taper(len(sound))
    return np.array([[tapered[: len(tapered) - lag] @ tapered[lag:] for lag in range(_ORDER + 1)]])


@lru_cache(8)
def _taper(length: int) -> Wide:
    taper: Wide = np.hanning(length)
    taper.setflags(write=False)
    return taper


def _threes(left: Places, right: Places) -> tuple[Places, Places, Places]:
    """Every three places in order, the one at 0 among them, from those before and after it."""
    before, after = _pairs(len(left)), _pairs(len(right))
    nil = np.zeros(1, np.int64)
    around = np.repeat(left, len(right)), np.tile(right, len(left))
    first = np.concatenate((left[before[0]], around[0], np.repeat(nil, len(after[0]))))
    second = np.concatenate((left[before[1]], np.repeat(nil, len(around[0])), right[after[0]]))
    third = np.concatenate((np.repeat(nil, len(before[0])), around[1], right[after[1]]))
    return first, second, third


@lru_cache(_MOST + 1)
def _pairs(count: int) -> tuple[Places, Places]:
    """Every two of so many, in order."""
    first, second = np.triu_indices(count, 1)
    return first, second


def _follow(places: Places, first: Places, second: Places, third: Places) -> Places:
    """How many places, up to two, go on from each three in the same way."""
    going, count = np.ones(len(first), bool), np.zeros(len(first), np.int64)
    for _ in range(_FEWEST - 2):
        period = np.abs(third - second)
        expected = 3 * (third - second) + first
        nearest = _nearest(places, expected)
        reach = np.minimum(_BEND_SAMPLES + _BEND * period, _MOST_BEND * period)
        going = going & (np.abs(nearest - expected) <= reach)
        if not going.any():
            break
        count += going
        first, second, third = second, third, nearest
    return count


def _nearest(places: Places, wanted: Places) -> Places:
    above = np.clip(np.searchsorted(places, wanted), 1, len(places) - 1)
    low, high = places[above - 1], places[above]
    return np.where(wanted - low <= high - wanted, low, high)
