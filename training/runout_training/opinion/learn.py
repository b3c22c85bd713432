"""All of `runout-train grade`: from labelled sides to an opinion model that can be installed."""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import tensorflow as tf

from runout.errors import RunoutError
from runout.grading.grade import LABELS, Label
from runout.model.card import Card, load_model
from runout.opinion.card import OpinionCard
from runout.opinion.model import load_opinion
from runout.opinion.vector import blocks, fingerprint, names
from runout_training import export
from runout_training.opinion import head
from runout_training.opinion.agreement import Agreement, agreement, confusion
from runout_training.opinion.folds import FOLDS
from runout_training.opinion.head import Examples
from runout_training.opinion.hear import Example, Heard, hear
from runout_training.opinion.labels import Labels, from_csv, from_folders
from runout_training.opinion.picture import confusion_picture
from runout_training.opinion.validate import Validated, examples_of, validate

NAME = "opinion"
LEAST_RECORDS = 10
LEAST_OF_A_LABEL = 3
"""Records with a label, below which it can't be both learnt and tested"""
TOLERANCE = 1e-3
"""Of logits, that the exported file may be off from the Keras model"""


def learn(
    root: Path, table: Path | None, models: Path, cache: Path, out: Path, seed: int
) -> list[str]:
    """Learn from labelled sides below `root`; write the model, its card and a picture to `out`.

    Return the figures in words. Raises RunoutError where there is too little to learn from.
    """
    labels = from_folders(root) if table is None else from_csv(root, table)
    _say(labels.problems)
    _refuse_too_few(labels)
    heard = hear(labels.sides, models, cache)
    _say(heard.problems)
    classes = classes_of([(one.label, one.record) for one in heard.examples])
    ear = load_model(folder=models).card
    kinds = blocks(ear.features.n_features, len(ear.classes), len(heard.measures))
    validated = validate(heard.examples, kinds, classes, seed)
    figures = compare(heard.examples, validated)
    path = _make(heard, classes, figures, ear, out, seed)
    counts = confusion([one.label for one in heard.examples], validated.said)
    confusion_picture(counts, classes, out / "confusion.png")
    return [*in_words(heard.examples, figures), f"written: {path}, with its card and confusion.png"]


def classes_of(sides: Sequence[tuple[Label, str]]) -> tuple[Label, ...]:
    """The labels that occur, from the best down, of each side's label and record.

    Raises RunoutError where there are too few of them to learn from.
    """
    records: dict[Label, set[str]] = {label: set() for label in LABELS}
    for told, record in sides:
        records[told].add(record)
    found = len(set().union(*records.values()))
    often = [label for label, known in records.items() if len(known) >= LEAST_OF_A_LABEL]
    if found < LEAST_RECORDS or len(often) < 2:
        raise RunoutError(
            f"too little to learn from: {found} records, {len(often)} labels of"
            f" {LEAST_OF_A_LABEL} records or more; it takes {LEAST_RECORDS} records and 2 labels"
        )
    return tuple(label for label in LABELS if records[label])


def compare(examples: Sequence[Example], validated: Validated) -> dict[str, Agreement]:
    """How far the model, Runout's table and the commonest label agree with people, by name."""
    told = [one.label for one in examples]
    records = [one.record for one in examples]
    return {
        "this model": agreement(told, validated.said, records),
        "Runout's table": agreement(told, [one.table_label for one in examples], records),
        "commonest label": agreement(told, validated.commonest, records),
    }


def in_words(examples: Sequence[Example], figures: dict[str, Agreement]) -> list[str]:
    """What was learnt from, and the figures as a small table."""
    counts = Counter(one.label for one in examples)
    of_each = ", ".join(f"{counts[label]} {label}" for label in LABELS if counts[label])
    records = len({one.record for one in examples})
    heads = ("exact", "within one step", "quadratic kappa")
    return [
        f"{len(examples)} sides of {records} records: {of_each}",
        "agreement with your labels on records held out [95 % interval]:",
        f"{'':21}" + "".join(f"{one:23}" for one in heads).rstrip(),
        *(
            f"  {name:19}"
            + "".join(f"{one!s:23}" for one in (row.exact, row.within_one, row.kappa)).rstrip()
            for name, row in figures.items()
        ),
    ]


def _refuse_too_few(labels: Labels) -> None:
    """Before hours of hearing, where that would be of no use."""
    classes_of([(one.label, one.record) for one in labels.sides])


def _say(problems: Sequence[str]) -> None:
    for problem in problems:
        print(f"runout-train: left out: {problem}", file=sys.stderr)


def _make(
    heard: Heard,
    classes: Sequence[Label],
    figures: dict[str, Agreement],
    ear: Card,
    out: Path,
    seed: int,
) -> Path:
    """Train on all sides and write the model with its card."""
    told = examples_of(heard.examples, classes)
    normal = head.standardization(told.vectors)
    sides = Examples(normal.apply(told.vectors), told.ranks, told.records)
    kinds = blocks(ear.features.n_features, len(ear.classes), len(heard.measures))
    model = head.fit(sides, kinds, len(classes), seed)
    with redirect_stdout(sys.stderr):  # TensorFlow tells what it converts
        content = export.to_float(tf.lite.TFLiteConverter.from_keras_model(model))
    features = names(ear.features.n_features, ear.classes, heard.measures)
    card = OpinionCard(
        name=NAME,
        sha256=hashlib.sha256(content).hexdigest(),
        ear_sha256=ear.sha256,
        classes=tuple(classes),
        measures=heard.measures,
        features=features,
        features_sha256=fingerprint(features),
        normalization=normal,
        sides=len(heard.examples),
        records=len({one.record for one in heard.examples}),
        measured={
            "how": f"cross-validation in up to {FOLDS} folds of whole records",
            "seed": seed,
            **{name: row.as_json() for name, row in figures.items()},
        },
    )
    path = export.write(out, NAME, content)
    text = json.dumps(card.as_json(), indent=1) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    _check(path, ear, head.logits(model, sides.vectors), sides)
    return path


def _check(path: Path, ear: Card, expected: head.Array, sides: Examples) -> None:
    """Load what was written as the box does, and ask it what Keras was asked."""
    interpreter = load_opinion(path, ear).interpreter
    told = np.stack([interpreter.run(one) for one in sides.vectors])
    off = float(np.abs(told - expected).max())
    if off > TOLERANCE:
        raise RunoutError(f"{path}: the exported model's answers are off by {off:.4f}")
