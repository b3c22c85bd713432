"""All of a model's making, from the packages to `models/ear.tflite` and its card."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from runout.errors import RunoutError
from runout.features.params import FeatureParams
from runout.model.card import DEFAULT_MODEL, Card, Model, load_model
from runout_training import dataset
from runout_training.calibrate import calibrate
from runout_training.corpus.manifest import Entry, entries, ledger
from runout_training.corpus.prepare import prepare
from runout_training.corpus.tracks import Split
from runout_training.evaluation.accuracy import Accuracy
from runout_training.wear.extras import EXTRAS

VERSION = "0.4.0"
FLOAT_TOLERANCE = 1e-4
"""Of scores, that the float file may be off from Keras on the sanity sounds"""
INT8_TOLERANCE = 0.1
"""Likewise the int8 file"""
CORPUS = "ear-corpus.csv"
"""Which file of the corpus was in which split, beside the model that was made from it"""
_FLOAT = "ear-float"


@dataclass(frozen=True, slots=True)
class Making:
    """How a model is made."""

    seed: int
    segments: int
    """Of 4 s, to train on"""
    epochs: int
    without: tuple[str, ...] = ()
    """Wear that is held out"""
    scheduler: str | None = None
    """Address of the Dask scheduler that mixes; None for this machine's cores"""

    @property
    def command(self) -> str:
        """The command line that makes it."""
        held = "".join(f" --without {name}" for name in self.without)
        return (
            f"runout-train train --seed {self.seed} --segments {self.segments}"
            f" --epochs {self.epochs}{held}"
        )


def make_model(cache: Path, models: Path, making: Making) -> None:
    """Rebuild the shipped model; what an earlier, cut run has done is not done again."""
    from runout_training import box_network, export, network, train

    names = [extra.name for extra in EXTRAS]
    for name in making.without:
        if name not in names:
            raise RunoutError(f"no wear is called {name!r}: {', '.join(names)}")
    prepare(cache)

    def mixed(split: Split, segments: int) -> list[Path]:
        return dataset.build(cache, split, segments, making.seed, making.without, making.scheduler)

    examples = dataset.load(mixed("train", making.segments))
    held = dataset.load(mixed("validation", max(making.segments // 12, 1)))
    folder = cache / "training" / _sha256(f"{making.command} {dataset.fingerprint()}".encode())[:12]
    trained, normalization = train.train(folder, examples, held, making.epochs, making.seed)

    params = network.NetworkParams()
    known = list(entries(cache))
    card = Card(
        name=DEFAULT_MODEL,
        version=VERSION,
        sha256="",
        classes=dataset.CLASSES,
        features=FeatureParams(),
        normalization=normalization,
        window=export.window_of(params),
        thresholds={},
        training=_training(known, making),
        sanity={},
        measured={},
    )
    card = replace(card, sanity=export.answers(trained, card))
    converter = partial(box_network.converter, trained, params, card.window.cells)
    contents = {
        _FLOAT: export.to_float(converter()),
        DEFAULT_MODEL: export.to_int8(converter(), held, card, making.seed),
    }
    export.check(contents[_FLOAT], card, FLOAT_TOLERANCE)
    export.check(contents[DEFAULT_MODEL], card, INT8_TOLERANCE)
    content = contents[DEFAULT_MODEL]
    points = calibrate(Model(replace(card, sha256=_sha256(content)), content), cache)
    for sensitivity, point in points.items():
        print(
            f"{sensitivity}: thresholds {point.thresholds}; on the validation set F1"
            f" {point.f1:.4f}, {point.clean_per_min:.2f} false alarms a minute on music and"
            f" {point.drums_per_min:.2f} on drums; found {point.passages_found}"
        )
    thresholds = {name: point.thresholds for name, point in points.items()}
    models.mkdir(parents=True, exist_ok=True)
    (models / CORPUS).write_text(ledger(known), encoding="utf-8")
    for name, written in contents.items():
        finished = replace(card, name=name, sha256=_sha256(written), thresholds=thresholds)
        export.write(models, name, written)
        _write_card(models, finished)


def shipped_and_float(models: Path) -> dict[str, Model]:
    """The shipped int8 model and the float model that it is from."""
    return {
        "Runout (int8, shipped)": load_model(DEFAULT_MODEL, models),
        "Runout (float)": load_model(_FLOAT, models),
    }


def measured(models: Path, accuracy: Accuracy) -> None:
    """Write what the shipped model scored into its card."""
    card = load_model(DEFAULT_MODEL, models).card
    row = asdict(accuracy.rows[0])
    del row["detector"]
    figures = row | {
        "passages": asdict(accuracy.passages),
        "structure": asdict(accuracy.structure),
        "floors": {floor.what: [floor.asked, floor.reached] for floor in accuracy.floors},
    }
    _write_card(models, replace(card, measured=_rounded(figures)))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _training(known: Sequence[Entry], making: Making) -> dict[str, Any]:
    heard = [entry for entry in known if entry.split == "train"]
    return {
        "command": making.command,
        "packages": {entry.package: entry.version for entry in heard},
        "files": len(heard),
        "minutes": round(sum(entry.seconds for entry in heard) / 60.0, 1),
        "licences": sorted({entry.licence for entry in heard}),
        "corpus": CORPUS,
        "corpus_sha256": _sha256(ledger(known).encode()),
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_card(folder: Path, card: Card) -> None:
    text = json.dumps(card.as_json(), indent=1) + "\n"
    (folder / f"{card.name}.json").write_text(text, encoding="utf-8")
