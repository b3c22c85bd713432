"""A model's card: what it hears, how its features are made, what it was trained on."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
import numpy.typing as npt

from runout.errors import RunoutError
from runout.features.params import FeatureParams
from runout.model.sensitivity import Sensitivity

Wide = npt.NDArray[np.float64]

DEFAULT_MODEL = "ear"


@dataclass(frozen=True)
class Normalization:
    """Brings every feature to about zero mean and unit deviation."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    clip: float
    """Deviations beyond which a feature is cut"""

    @cached_property
    def _mean(self) -> Wide:
        return np.asarray(self.mean)

    @cached_property
    def _gain(self) -> Wide:
        return 1.0 / np.asarray(self.scale)

    def apply(self, features: npt.NDArray[np.floating[Any]]) -> Wide:
        """Normalized features of the same shape, (..., n_features)."""
        normal: Wide = features - self._mean
        normal *= self._gain
        np.maximum(normal, -self.clip, out=normal)
        return np.minimum(normal, self.clip, out=normal)


@dataclass(frozen=True)
class Window:
    """What the network takes in and gives out, in cells."""

    past: int
    """Context before the first scored cell"""
    scored: int
    """Cells that get a score"""
    future: int
    """Context after the last scored cell"""

    @property
    def cells(self) -> int:
        """Cells taken in."""
        return self.past + self.scored + self.future


@dataclass(frozen=True)
class Card:
    """NAME.json, beside NAME.tflite."""

    name: str
    version: str
    sha256: str
    """Of the tflite file"""
    classes: tuple[str, ...]
    """In the order of the outputs"""
    features: FeatureParams
    normalization: Normalization
    window: Window
    thresholds: dict[Sensitivity, dict[str, float]]
    """Least score (0 to 1) that counts, by sensitivity and class"""
    training: dict[str, Any]
    """Data, seed and command that it was made with"""
    sanity: dict[str, list[list[float]]]
    """What the Keras model answered on `sanity` sounds: logits of their first window"""
    measured: dict[str, Any]
    """Scores on the test set, as `runout-train evaluate` found them"""

    def as_json(self) -> dict[str, Any]:
        """The card as the JSON object that `read_card` reads."""
        features = {
            name: getattr(self.features, name) for name in self.features.__dataclass_fields__
        }
        return {
            "name": self.name,
            "version": self.version,
            "sha256": self.sha256,
            "classes": list(self.classes),
            "features": features,
            "normalization": {
                "mean": [round(value, 5) for value in self.normalization.mean],
                "scale": [round(value, 5) for value in self.normalization.scale],
                "clip": self.normalization.clip,
            },
            "window": vars(self.window),
            "thresholds": self.thresholds,
            "training": self.training,
            "sanity": self.sanity,
            "measured": self.measured,
        }


@dataclass(frozen=True)
class Model:
    """A TFLite model with its card."""

    card: Card
    content: bytes


def parse_card(text: str) -> Card:
    """Read a card from its JSON text."""
    data = json.loads(text)
    normalization = data["normalization"]
    card = Card(
        name=data["name"],
        version=data["version"],
        sha256=data["sha256"],
        classes=tuple(data["classes"]),
        features=FeatureParams(**data["features"] | {"lags": tuple(data["features"]["lags"])}),
        normalization=Normalization(
            tuple(normalization["mean"]), tuple(normalization["scale"]), normalization["clip"]
        ),
        window=Window(**data["window"]),
        thresholds=data["thresholds"],
        training=data["training"],
        sanity=data["sanity"],
        measured=data["measured"],
    )
    lengths = {len(card.normalization.mean), len(card.normalization.scale)}
    if lengths != {card.features.n_features}:
        raise ValueError(f"{card.features.n_features} features, normalized by {lengths} numbers")
    if any(thresholds.keys() != set(card.classes) for thresholds in card.thresholds.values()):
        raise ValueError("its thresholds are not for its classes")
    return card


def load_model(name: str = DEFAULT_MODEL, folder: Traversable | None = None) -> Model:
    """Load NAME.tflite and NAME.json, from the installed models unless a folder is given.

    Raises RunoutError when either is missing or the two don't belong together.
    """
    folder = resources.files("runout.models") if folder is None else folder
    try:
        content = folder.joinpath(f"{name}.tflite").read_bytes()
        text = folder.joinpath(f"{name}.json").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RunoutError(f"model {name!r} is not installed: {error.filename} is missing") from None
    except OSError as error:
        raise RunoutError(f"model {name!r}: {error.filename}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise RunoutError(f"model {name!r}: its card can't be read: {error}") from error
    try:
        card = parse_card(text)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RunoutError(f"model {name!r}: its card can't be read: {error}") from error
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise RunoutError(f"model {name!r}: {name}.tflite is not the file that its card describes")
    return Model(card, content)
