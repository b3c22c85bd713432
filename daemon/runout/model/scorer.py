"""Scores a cell and class, over rolling windows of feature rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.features.front_end import Frames, FrontEnd
from runout.kept import Kept
from runout.model.card import Model
from runout.model.interpreter import Interpreter, Runtime

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """Consecutive cells with their scores and their sound."""

    start: int
    """Number of the first cell, from the start of the sound"""
    scores: Array
    """0 to 1, shape (cells, classes), classes as in the card"""
    audio: Array
    """Left and right at the analysis rate, shape (2, cells * hop)"""
    ratio: Array
    """Error of linear prediction over its local scale, of left, right and vertical, shape
    (3, cells * hop)"""
    rows: Wide
    """Normalized features of these cells, shape (cells, n_features)"""


class Scorer:
    """Features and network in one: stereo samples in, scored cells out."""

    def __init__(self, model: Model, source_rate: int, runtime: Runtime | None = None) -> None:
        card = model.card
        self._window = card.window
        self._normalization = card.normalization
        self._hop = card.features.hop
        self._interpreter = Interpreter(model.content, runtime)
        window = self._window
        # Steps are laid so that each completes a window: else a window would wait for the next.
        self._surplus = -window.cells % window.scored
        self._front_end = FrontEnd(
            source_rate,
            window.scored,
            window.past + self._surplus,
            window.future,
            card.features,
        )
        self._rows: Wide = np.zeros((0, card.features.n_features))
        # Windows overlap, so a row is quantized once, when it comes.
        self._inputs = self._interpreter.quantized(self._rows)
        self._audio = Kept(window.cells * self._hop)
        self._ratio = Kept(window.cells * self._hop)
        self._next_cell = 0

    @property
    def inference_p95_s(self) -> float | None:
        """Seconds that 95 of 100 of the last minute's runs stayed below; None before the first."""
        took_s = self._interpreter.took_s
        return float(np.quantile(took_s, 0.95)) if took_s else None

    def feed(self, samples: Array) -> Iterator[Scored]:
        """Take samples of shape (frames, 2) at the source rate; yield the cells they complete."""
        for frames in self._front_end.feed(samples):
            yield from self._score(frames)

    def finish(self) -> Iterator[Scored]:
        """Yield what is left, up to the last cell that holds sound."""
        for frames in self._front_end.finish():
            for scored in self._score(frames):
                sounding = self._front_end.cells - scored.start
                if sounding > 0:
                    yield _cut(scored, sounding, self._hop)

    def _score(self, frames: Frames) -> Iterator[Scored]:
        window, hop = self._window, self._hop
        if self._surplus > 0:
            frames = _without_first(frames, self._surplus, hop)
            self._surplus = 0
        rows = self._normalization.apply(frames.features)
        self._rows = np.concatenate((self._rows, rows))
        self._inputs = np.concatenate((self._inputs, self._interpreter.quantized(rows)))
        self._audio.feed(frames.audio)
        self._ratio.feed(frames.ratio)
        while len(self._rows) >= window.cells:
            logits = self._interpreter.run_quantized(self._inputs[: window.cells])
            # The first window's past comes before cell 0.
            begin = (self._next_cell + window.past) * hop
            end = begin + window.scored * hop
            yield Scored(
                self._next_cell,
                1.0 / (1.0 + np.exp(-logits)),
                self._audio.between(begin, end),
                self._ratio.between(begin, end),
                self._rows[window.past : window.past + window.scored],
            )
            self._rows = self._rows[window.scored :]
            self._inputs = self._inputs[window.scored :]
            self._next_cell += window.scored


def _without_first(frames: Frames, cells: int, hop: int) -> Frames:
    return Frames(
        frames.start + cells,
        frames.features[cells:],
        frames.audio[:, cells * hop :],
        frames.ratio[:, cells * hop :],
    )


def _cut(scored: Scored, cells: int, hop: int) -> Scored:
    return Scored(
        scored.start,
        scored.scores[:cells],
        scored.audio[:, : cells * hop],
        scored.ratio[:, : cells * hop],
        scored.rows[:cells],
    )
