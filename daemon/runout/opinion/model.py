"""Loads an opinion model and asks it.

It is ordinal: for each step of its scale it says how likely the side is worse than that, with one
weighting of the evidence for all steps (CORAL: Cao, Mirjalili and Raschka, "Rank consistent
ordinal regression for neural networks", Pattern Recognition Letters 140, 2020).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.errors import RunoutError
from runout.grading.grade import LABELS
from runout.model.card import Card
from runout.model.interpreter import Interpreter, Runtime
from runout.opinion.card import OpinionCard, parse
from runout.opinion.opinion import Opinion
from runout.opinion.vector import fingerprint, names

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class OpinionModel:
    """A TFLite model with its card."""

    card: OpinionCard
    ear: Card
    """The ear's card, whose features and scores it is given"""
    interpreter: Interpreter

    def ask(self, vector: Array) -> Opinion:
        """What it says of a side, given as the vector that its card names."""
        card = self.card
        likely = probabilities(self.interpreter.run(card.normalization.apply(vector)))
        return Opinion(
            label=card.classes[rank(likely)],
            index=float(likely @ [LABELS.index(label) for label in card.classes]),
            probabilities={
                label: float(share) for label, share in zip(card.classes, likely, strict=True)
            },
            name=card.name,
            sides=card.sides,
            records=card.records,
        )


def probabilities(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Shares of the classes, shape (..., classes), of logits of 'worse than', (..., classes - 1).

    Thresholds that training left out of order are brought into it.
    """
    ordered = np.minimum.accumulate(logits.astype(np.float64), axis=-1)
    worse = 1.0 / (1.0 + np.exp(-ordered))
    ends = (*worse.shape[:-1], 1)
    return -np.diff(np.concatenate((np.ones(ends), worse, np.zeros(ends)), axis=-1), axis=-1)


def rank(likely: npt.NDArray[np.float64]) -> int:
    """The class that CORAL says: as many steps down as are more likely taken than not."""
    return int((np.cumsum(likely)[:-1] < 0.5).sum())


def load_opinion(path: Path, ear: Card, runtime: Runtime | None = None) -> OpinionModel:
    """Load an opinion model, its card beside it, to go with an ear.

    Raises RunoutError, in one line, when either file can't be read, is no such thing, or was made
    for another ear.
    """
    beside = path.with_suffix(".json")
    try:
        content = path.read_bytes()
        text = beside.read_text(encoding="utf-8")
    except OSError as error:
        raise RunoutError(f"{error.filename}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunoutError(f"{beside}: not a text file in UTF-8") from error
    card = parse(text, str(beside))
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise RunoutError(f"{path}: not the file that {beside.name} describes")
    if card.ear_sha256 != ear.sha256:
        raise RunoutError(
            f"{path}: made for another ear model ({card.ear_sha256[:12]}, here is"
            f" {ear.sha256[:12]}): run runout-train grade again"
        )
    expected = names(ear.features.n_features, ear.classes, card.measures)
    if card.features != expected or card.features_sha256 != fingerprint(expected):
        raise RunoutError(f"{path}: given other features than ours: run runout-train grade again")
    try:
        interpreter = Interpreter(content, runtime)
    except (ValueError, RuntimeError) as error:
        raise RunoutError(f"{path}: not a TFLite model") from error
    if interpreter.input_shape != (len(expected),):
        raise RunoutError(f"{path}: takes {interpreter.input_shape}, not {len(expected)} figures")
    told = interpreter.run(np.zeros(len(expected), np.float32))
    if told.shape != (len(card.classes) - 1,):
        raise RunoutError(f"{path}: answers {told.shape}, not {len(card.classes) - 1} figures")
    return OpinionModel(card, ear, interpreter)
