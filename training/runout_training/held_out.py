"""What becomes of damage that was never learnt: two models, one trained without some kinds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from runout.model.card import DEFAULT_MODEL, Model, load_model
from runout_training.evaluation.bootstrap import Figure, bootstrapped
from runout_training.evaluation.detectors import impulses, passages, scored
from runout_training.evaluation.matching import Span, match
from runout_training.evaluation.passages import found_regions, lasting
from runout_training.evaluation.sets import IMPULSE_SETS, Case, cases, other_wear
from runout_training.evaluation.sets import passages as passage_cases
from runout_training.evaluation.structure import evaluate_structure
from runout_training.make_model import Making, make_model

HELD_OUT = ("scratch", "dropout")
_SCENES = 30
_WORN = "sparse and busy"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one model finds on the test split."""

    recall: dict[str, Figure]
    """By wear, on files that hold no other; and of clicks and pops in sparse and busy music"""
    dropouts: Figure
    """Recall"""
    scratches_named: Figure
    """Of trains of five audible turns or more"""


def compare(cache: Path, segments: int, epochs: int, seed: int) -> tuple[Heard, Heard]:
    """Train a model with all wear and one without `HELD_OUT`, alike in all else; score both."""
    worn = [case for case in cases(cache, "test") if case.set in IMPULSE_SETS]
    held_out = [*worn, *other_wear(cache, "test")]
    marked = [case for case in passage_cases(cache, "test") if case.set == "dropout"]
    models = []
    for without in ((), HELD_OUT):
        folder = cache / "held-out" / f"{seed}-{segments}-{epochs}-{'-'.join(without)}"
        if not (folder / f"{DEFAULT_MODEL}.json").exists():
            make_model(cache, folder, Making(seed, segments, epochs, without))
        models.append(load_model(folder=folder))
    known, unknown = (_heard(cache, model, held_out, marked) for model in models)
    return known, unknown


def as_markdown(known: Heard, unknown: Heard) -> str:
    """The two beside each other."""
    rows = [
        *((f"recall, {name}", known.recall[name], unknown.recall[name]) for name in known.recall),
        ("recall, dropouts", known.dropouts, unknown.dropouts),
        ("scratches named", known.scratches_named, unknown.scratches_named),
    ]
    head = f"| | trained with all | without {' and '.join(HELD_OUT)} |"
    return "\n".join([head, "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)])


def _heard(cache: Path, model: Model, held_out: Sequence[Case], marked: Sequence[Case]) -> Heard:
    thresholds = model.card.thresholds["normal"]
    hits: dict[str, list[tuple[int, int]]] = {}
    for case in tqdm(held_out, desc="scoring", unit="file"):
        found = [
            Span(one.start, one.start + one.length)
            for one in impulses(scored(case.mix.sound, model), model, thresholds)
            if one.kind != "capture_glitch"
        ]
        name = _WORN if case.set in IMPULSE_SETS else case.name
        hit = match(case.mix.truth, found).hit
        hits.setdefault(name, []).append((sum(hit), len(hit)))
    dropouts = []
    for case in tqdm(marked, desc="scoring dropouts", unit="file"):
        heard = passages(scored(case.mix.sound, model), model, "dropout", thresholds["dropout"])
        there = found_regions(lasting(case.mix.regions("dropout"), "dropout"), heard)
        dropouts.append((sum(there), len(there)))
    return Heard(
        {
            name: bootstrapped(np.array(files), lambda total: total[0] / max(total[1], 1))
            for name, files in sorted(hits.items())
        },
        bootstrapped(np.array(dropouts), lambda total: total[0] / max(total[1], 1)),
        evaluate_structure(cache, model, counts={"scratch": _SCENES}).scratches_named,
    )
