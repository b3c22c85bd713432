"""Follows the line side by side, for a second opinion at each one's end."""

from collections.abc import Mapping
from typing import Protocol

from runout.model.card import Card
from runout.model.scorer import Scored
from runout.opinion.model import OpinionModel
from runout.opinion.opinion import Opinion
from runout.opinion.pooled import Pooled
from runout.opinion.vector import vector


class Listener(Protocol):
    """Whoever wants to hear a side's programme beside the line."""

    def begin(self) -> None:
        """A side begins."""

    def feed(self, scored: Scored) -> None:
        """Cells of its programme."""

    def end(self, measurements: Mapping[str, float]) -> Opinion | None:
        """It is over and was graded, and this was measured of it."""


def pooled_for(ear: Card) -> Pooled:
    """An empty pool for the features and scores of an ear."""
    return Pooled(ear.features.n_features, len(ear.classes), ear.normalization.clip)


class SecondOpinion:
    """Asks an opinion model about each side."""

    def __init__(self, model: OpinionModel) -> None:
        self._model = model
        self.begin()

    def begin(self) -> None:
        """Start a side afresh."""
        self._pooled = pooled_for(self._model.ear)

    def feed(self, scored: Scored) -> None:
        """Take cells of its programme."""
        self._pooled.feed(scored.rows, scored.scores)

    def end(self, measurements: Mapping[str, float]) -> Opinion | None:
        """What the model says of the side; None where no programme was heard."""
        figures = self._pooled.figures()
        if figures is None:
            return None
        return self._model.ask(vector(figures, measurements, self._model.card.measures))
