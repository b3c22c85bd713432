"""All of a model's making, from the packages to `models/ear.tflite` and its card."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from runout.features.params import FeatureParams
from runout.model.card import DEFAULT_MODEL, Card, Model, load_model
from runout_training import dataset
from runout_training.calibrate import calibrate
from runout_training.corpus.packages import fetch
from runout_training.corpus.tracks import Music
from runout_training.evaluation.evaluate import Row
from runout_training.evaluation.sets import cases

VERSION = "0.1.0"
FLOAT_TOLERANCE = 1e-3
"""Logits that the float file may be off from Keras on the sanity sounds"""
INT8_TOLERANCE = 2.0
"""Likewise the int8 file; a threshold of 0.7 is 0.85 logits, and these sounds lie far below"""
_FLOAT = "ear-float"


def make_model(cache: Path, models: Path, seed: int, segments: int, epochs: int) -> None:
    """Rebuild the shipped model; what an earlier, cut run has done is not done again."""
    from runout_training import export, network, train

    fetch(cache)
    paths = dataset.build(cache, "train", segments, seed)
    held_paths = dataset.build(cache, "validation", max(segments // 12, 1), seed)
    examples, held = dataset.load(paths), dataset.load(held_paths)
    folder = cache / "training" / f"{seed}-{segments}-{epochs}-{dataset.fingerprint()}"
    trained, normalization = train.train(folder, examples, held, epochs, seed)

    params = FeatureParams()
    sized = export.fixed(trained, params.n_features)
    contents = {
        _FLOAT: export.to_float(sized),
        DEFAULT_MODEL: export.to_int8(sized, held, normalization, seed),
    }
    manifest = Music(cache, "train").manifest()
    card = Card(
        name=DEFAULT_MODEL,
        version=VERSION,
        sha256="",
        classes=dataset.CLASSES,
        features=params,
        normalization=normalization,
        window=export.window_of(network.NetworkParams()),
        thresholds=dict.fromkeys(dataset.CLASSES, 0.5),
        training=_training(manifest, seed, segments, epochs),
        sanity={},
        measured={},
    )
    card = replace(card, sanity=export.answers(sized, card))
    export.check(contents[_FLOAT], card, FLOAT_TOLERANCE)
    export.check(contents[DEFAULT_MODEL], card, INT8_TOLERANCE)
    content = contents[DEFAULT_MODEL]
    point = calibrate(
        Model(replace(card, sha256=_sha256(content)), content),
        list(cases(cache, "validation", rounds=4)),
    )
    print(
        f"thresholds {point.thresholds}: on the validation set F1 {point.f1:.4f}, "
        f"{point.clean_per_min:.2f} false alarms a minute on music and "
        f"{point.drums_per_min:.2f} on drums"
    )
    for name, written in contents.items():
        finished = replace(card, name=name, sha256=_sha256(written), thresholds=point.thresholds)
        export.write(models, name, written)
        _write_card(models, finished)


def shipped_and_float(models: Path) -> dict[str, Model]:
    """The shipped int8 model and the float model that it is from."""
    return {
        "Runout (int8, shipped)": load_model(DEFAULT_MODEL, models),
        "Runout (float)": load_model(_FLOAT, models),
    }


def measured(models: Path, rows: Sequence[Row]) -> None:
    """Write what the shipped model scored into its card."""
    card = load_model(DEFAULT_MODEL, models).card
    row = asdict(rows[0])
    del row["detector"]
    _write_card(models, replace(card, measured=_rounded(row)))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return round(value, 4)


def _training(
    manifest: list[dict[str, Any]], seed: int, segments: int, epochs: int
) -> dict[str, Any]:
    packages = {row["package"]: row["version"] for row in manifest}
    return {
        "command": f"runout-train train --seed {seed} --segments {segments} --epochs {epochs}",
        "packages": packages,
        "tracks": len(manifest),
        "minutes": round(sum(row["seconds"] for row in manifest) / 60.0, 1),
        "manifest_sha256": _sha256(json.dumps(manifest, sort_keys=True).encode()),
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_card(folder: Path, card: Card) -> None:
    text = json.dumps(card.as_json(), indent=1) + "\n"
    (folder / f"{card.name}.json").write_text(text, encoding="utf-8")
