"""Sound in, rows of features out, streaming and with bounded memory.

Work is done in steps of a fixed number of cells, counted from the start of the sound, so every
way of splitting the same sound into blocks gives the same rows bit for bit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from runout.features.impulse import (
    cell_levels,
    cell_scale,
    impulse_features,
    local_scale,
    second_difference,
)
from runout.features.mfcc import mfcc
from runout.features.params import FeatureParams
from runout.features.prediction import prediction_error

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frames:
    """Consecutive cells, with their features and their sound."""

    start: int
    """Number of the first cell; cell 0 begins with the sound, those before it are its reflection"""
    features: Wide
    """Shape (cells, n_features)"""
    audio: Array
    """Left and right at the analysis rate, shape (2, cells * hop)"""
    ratio: Array
    """Error of linear prediction over its local scale, shape (3, cells * hop): left, right, and
    vertical, where one wall's click stands out of music that both walls share"""


@dataclass(frozen=True, slots=True)
class _Signals:
    """The impulse signals of some cells: left and right of each, and last the vertical's.

    The first is the error of linear prediction, the others are the second differences.
    """

    error: Array
    """Of linear prediction: left, right and vertical, shape (3, cells, hop)"""
    levels: Wide
    """Maxima and mean of each signal, shape (signals, cells, slots + 1)"""
    scales: Wide
    """The cells' own scales, shape (signals, cells)"""


class FrontEnd:
    """Turns a stream of stereo samples at any rate into steps of `Frames`."""

    def __init__(
        self, source_rate: int, step: int, lead: int, tail: int, params: FeatureParams
    ) -> None:
        """`step` cells at a time, from `lead` cells before the sound on.

        The last of them is at least `tail` cells after the last step's worth of sound, counted
        from cell 0: a window that rolls by `step` cells thus gets its context at both ends.
        """
        self._params = params
        self._step = step
        self._tail = tail
        self._resampler = (
            None
            if source_rate == params.sample_rate
            else soxr.ResampleStream(
                source_rate, params.sample_rate, 2, dtype="float64", quality="VHQ"
            )
        )
        # A step needs half a frame on either side, and one sample more for the difference,
        # within the cells that set its scale.
        self._margin = params.scale_cells * params.hop + params.hop // 2
        self._prefix = lead * params.hop + self._margin
        self._buffer: Array = np.zeros((2, 0), np.float32)
        self._begun = False
        self._heard = 0
        self._next_cell = -lead
        self._levels: Wide = np.zeros(0)
        self._signals: _Signals | None = None

    @property
    def cells(self) -> int:
        """Cells that hold sound so far, the last perhaps in part."""
        return -(-self._heard // self._params.hop)

    def feed(self, samples: Array) -> Iterator[Frames]:
        """Take samples of shape (frames, 2) at the source rate; yield the steps they complete."""
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples.astype(np.float64))
        yield from self._take(samples)

    def finish(self) -> Iterator[Frames]:
        """Yield the last steps; beyond its end the sound is its own odd reflection."""
        if self._resampler is not None:
            rest = self._resampler.resample_chunk(np.zeros((0, 2)), last=True)
            yield from self._take(rest)
        if self._heard == 0:
            return
        if not self._begun:
            self._begin()
        hop = self._params.hop
        end = -(-self.cells // self._step) * self._step + self._tail
        steps = -(-(end - self._next_cell) // self._step)
        needed = steps * self._step * hop + 2 * self._margin
        if needed > self._buffer.shape[1]:
            self._buffer = _odd_reflection(self._buffer, 0, needed - self._buffer.shape[1])
        yield from self._steps()

    def _take(self, samples: Array) -> Iterator[Frames]:
        self._heard += len(samples)
        # A row a channel from here on: numpy is several times faster along contiguous rows.
        rows = np.ascontiguousarray(samples.T, np.float32)
        self._buffer = np.concatenate((self._buffer, rows), axis=1)
        if not self._begun and self._buffer.shape[1] > self._prefix:
            self._begin()
        if self._begun:
            yield from self._steps()

    def _begin(self) -> None:
        self._buffer = _odd_reflection(self._buffer, self._prefix, 0)
        self._begun = True

    def _steps(self) -> Iterator[Frames]:
        advance = self._step * self._params.hop
        span = advance + 2 * self._margin
        while self._buffer.shape[1] >= span:
            frames = self._frames(self._buffer[:, :span])
            self._buffer = self._buffer[:, advance:]
            self._next_cell += self._step
            yield frames

    def _frames(self, span: Array) -> Frames:
        """One step; `span` is its cells with the margin on either side."""
        params = self._params
        hop, half = params.hop, params.hop // 2
        audio = span[:, self._margin : -self._margin]

        signals = self._impulse_signals(span)
        local = local_scale(signals.scales, params.scale_cells)
        impulses = impulse_features(signals.levels, local)
        walls = impulses[:-1].reshape(-1, 2, *impulses.shape[1:]).transpose(2, 0, 3, 1)
        ratio = signals.error / local[[0, 1, -1], :, None].astype(np.float32)

        near = span[:, self._margin - half : span.shape[1] - self._margin + half]
        groove = np.empty_like(near)
        np.add(near[0], near[1], out=groove[0])
        np.subtract(near[0], near[1], out=groove[1])
        groove *= np.float32(0.5)
        # A frame is two halves of a hop each; the next one shares the second.
        halves = groove.reshape(2, -1, hop)
        frames = np.concatenate((halves[:, :-1], halves[:, 1:]), axis=2)
        lateral, vertical = mfcc(frames, params)
        level = self._level(lateral[:, 0])
        lateral[:, 0] -= level
        vertical[:, 0] -= level
        features = np.concatenate(
            (lateral, vertical, walls.reshape(self._step, -1), impulses[-1]), axis=1
        )
        return Frames(self._next_cell, features, audio, ratio.reshape(len(ratio), -1))

    def _impulse_signals(self, span: Array) -> _Signals:
        """The signals of a step's cells, and their scales of `scale_cells` more on either side.

        Steps overlap in them; what the last step worked out is kept.
        """
        params = self._params
        # A margin holds half a hop more than the cells that it must: room for the neighbours.
        half, around = params.hop // 2, params.scale_cells
        known = self._signals
        fresh = span if known is None else span[:, 2 * around * params.hop :]
        walls = fresh[:, half - params.order : -half]
        groove = np.empty((3, walls.shape[1]), np.float32)
        groove[:2] = walls
        np.subtract(walls[0], walls[1], out=groove[2])
        cells = (fresh.shape[1] - 2 * half) // params.hop
        error = prediction_error(groove, params.order).reshape(3, cells, -1)
        differences = []
        for lag in params.lags:
            # A longer lag hears lower sounds, which need fewer points.
            stride = max(1, lag // 2)
            near = fresh[:, half - lag : fresh.shape[1] - half + lag]
            differences.append(second_difference(near, lag, stride).reshape(2, cells, -1))
        scales = _walls_first([cell_scale(one) for one in (error, *differences)])
        levels = _walls_first([cell_levels(one, params.slots) for one in (error, *differences)])
        if known is None:
            error, levels = error[:, around:], levels[:, around:]
        else:
            error = np.concatenate((known.error, error), axis=1)
            levels = np.concatenate((known.levels, levels), axis=1)
            scales = np.concatenate((known.scales, scales), axis=1)
        self._signals = _Signals(error[:, -around:], levels[:, -around:], scales[:, -2 * around :])
        return _Signals(error[:, :-around], levels[:, :-around], scales)

    def _level(self, c0: Wide) -> Wide:
        """Mean of C0 of lateral over the last `level_cells` cells, the present one included.

        Taking it off makes the features blind to gain, as a grade must be.
        """
        length = self._params.level_cells
        known = np.concatenate((self._levels, c0))
        sums = np.zeros(len(known) + 1)
        known.cumsum(out=sums[1:])
        last = np.arange(len(self._levels) + 1, len(known) + 1)
        first = np.maximum(0, last - length)
        self._levels = known[-(length - 1) :]
        mean: Wide = (sums[last] - sums[first]) / (last - first)
        return mean


def _walls_first(signals: list[Wide]) -> Wide:
    """Of the error's left, right and vertical and the differences' left and right, in one array."""
    error, *differences = signals
    return np.concatenate((error[:2], *differences, error[2:]))


def _odd_reflection(samples: Array, before: int, after: int) -> Array:
    """Extend the sound so that neither level nor slope leaps at its ends."""
    if samples.shape[1] < 2:
        return np.pad(samples, ((0, 0), (before, after)), mode="edge")
    return np.pad(samples, ((0, 0), (before, after)), mode="reflect", reflect_type="odd")
