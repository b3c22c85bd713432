"""An opinion model's card: what it knows, from what, and which ear it goes with."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from runout.errors import RunoutError
from runout.grading.grade import LABELS, Label
from runout.model.card import Normalization

FORMAT = 1
"""Of the card; another number is another contract"""


@dataclass(frozen=True)
class OpinionCard:
    """NAME.json, beside NAME.tflite."""

    name: str
    sha256: str
    """Of the tflite file"""
    ear_sha256: str
    """Of the ear model whose features and scores it was trained on"""
    classes: tuple[Label, ...]
    """The labels that it knows, from the best down"""
    measures: tuple[str, ...]
    """Names of the measurements that it is told"""
    features: tuple[str, ...]
    """Name of each place of the vector that it is given"""
    features_sha256: str
    normalization: Normalization
    """Of the vector"""
    sides: int
    """Labelled sides that it learnt from"""
    records: int
    """Records that these sides are of"""
    measured: dict[str, Any]
    """What it scored on records that it had not learnt from, by cross-validation"""

    def as_json(self) -> dict[str, Any]:
        """The card as the JSON object that `parse` reads."""
        return {
            "format": FORMAT,
            "name": self.name,
            "sha256": self.sha256,
            "ear_sha256": self.ear_sha256,
            "classes": list(self.classes),
            "measures": list(self.measures),
            "features": list(self.features),
            "features_sha256": self.features_sha256,
            "normalization": {
                "mean": list(self.normalization.mean),
                "scale": list(self.normalization.scale),
                "clip": self.normalization.clip,
            },
            "sides": self.sides,
            "records": self.records,
            "measured": self.measured,
        }


def parse(text: str, where: str) -> OpinionCard:
    """Read a card from its JSON text; RunoutError, with `where` it is from, if it is none."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise RunoutError(
                f"{where}: its format {data['format']!r} isn't {FORMAT}, which we know"
            )
        normal = data["normalization"]
        card = OpinionCard(
            name=str(data["name"]),
            sha256=str(data["sha256"]),
            ear_sha256=str(data["ear_sha256"]),
            classes=_labels(data["classes"]),
            measures=tuple(str(name) for name in data["measures"]),
            features=tuple(str(name) for name in data["features"]),
            features_sha256=str(data["features_sha256"]),
            normalization=Normalization(
                _numbers(normal["mean"]), _numbers(normal["scale"]), float(normal["clip"])
            ),
            sides=int(data["sides"]),
            records=int(data["records"]),
            measured=dict(data["measured"]),
        )
    except KeyError as error:
        raise RunoutError(f"{where}: no card of an opinion model: {error} is missing") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise RunoutError(f"{where}: no card of an opinion model: {error}") from error
    size = len(card.features)
    if not len(card.normalization.mean) == len(card.normalization.scale) == size:
        raise RunoutError(f"{where}: the card's normalization isn't of its {size} features")
    if not card.normalization.clip > 0 or not all(one > 0 for one in card.normalization.scale):
        raise RunoutError(f"{where}: the card's normalization divides by nothing")
    return card


def _labels(names: list[Any]) -> tuple[Label, ...]:
    known: tuple[Label, ...] = tuple(label for label in LABELS if label in names)
    if list(known) != names or len(known) < 2:
        allowed = ", ".join(LABELS)
        raise ValueError(f"classes {names!r} aren't two or more of {allowed} in this order")
    return known


def _numbers(values: list[Any]) -> tuple[float, ...]:
    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise ValueError("a list of finite numbers was expected")
    return tuple(numbers.tolist())
