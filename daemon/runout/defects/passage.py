"""Defects that last: dropouts and distortion, from the scores of the cells that they fill."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from runout.model.card import Card
from runout.model.scorer import Scored

PassageKind = Literal["dropout", "distortion"]
PASSAGE_KINDS: tuple[PassageKind, ...] = ("dropout", "distortion")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of damage that is over."""

    kind: PassageKind
    start: int
    """Sample at the analysis rate where it begins, to within a cell"""
    length: int
    """Samples"""
    confidence: float
    """Mean score, 0 to 1"""


@dataclass(frozen=True, slots=True)
class _Rule:
    cells: int
    """Cells whose mean score is judged at once; divides the model's step"""
    least: int
    """Judgements in a row that make a passage"""
    gap: int
    """Judgements below the threshold that don't end it"""


_RULES: dict[PassageKind, _Rule] = {
    # A wall that is silent for two cells (12 ms) is heard as a hole.
    "dropout": _Rule(cells=1, least=2, gap=3),
    # A single torn note isn't worn: half a second is.
    "distortion": _Rule(cells=32, least=3, gap=3),
}


class PassageFinder:
    """Finds passages of one kind in a stream of scored cells; answers when they are over."""

    def __init__(self, kind: PassageKind, card: Card, threshold: float) -> None:
        self._kind = kind
        self._rule = _RULES[kind]
        self._row = card.classes.index(kind)
        self._threshold = threshold
        self._hop = card.features.hop
        self._start = -1
        """Number of the judgement that the present passage began with; -1 for none"""
        self._last = -1
        self._hot = 0
        self._sum = 0.0

    def set_threshold(self, threshold: float) -> None:
        """Take another threshold for what is fed from now on."""
        self._threshold = threshold

    def feed(self, scored: Scored) -> list[Passage]:
        """Passages that the new cells end."""
        cells = self._rule.cells
        scores = scored.scores[:, self._row]
        judged = scores
        if cells > 1:
            judged = scores[: len(scores) // cells * cells].reshape(-1, cells)
            judged = np.add.reduce(judged, axis=1) / np.float32(cells)
        first = scored.start // cells
        ended: list[Passage] = []
        for place in (judged >= self._threshold).nonzero()[0].tolist():
            ended += self._over(first + place)
            if self._start < 0:
                self._start = first + place
            self._last = first + place
            self._hot += 1
            self._sum += float(judged[place])
        return ended + self._over(first + len(judged))

    def finish(self) -> list[Passage]:
        """The passage that the end of the sound ends."""
        return self._end()

    def _over(self, now: int) -> list[Passage]:
        over = self._start >= 0 and now - self._last > self._rule.gap + 1
        return self._end() if over else []

    def _end(self) -> list[Passage]:
        long = self._start >= 0 and self._hot >= self._rule.least
        span = self._rule.cells * self._hop
        passage = Passage(
            self._kind,
            self._start * span,
            (self._last + 1 - self._start) * span,
            self._sum / max(self._hot, 1),
        )
        self._start, self._hot, self._sum = -1, 0, 0.0
        return [passage] if long else []
