"""The table: this model and its peers on the same held-out mixes, in one run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from runout.model.card import Model
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.bootstrap import Figure, bootstrapped
from runout_training.evaluation.detectors import Detector, essentia, grooveclean, runout
from runout_training.evaluation.matching import f1, match
from runout_training.evaluation.sets import Case, cases

_LEVELS_DB = ((3.0, 9.0), (9.0, 15.0), (15.0, 30.0))


@dataclass(frozen=True, slots=True)
class Row:
    """One detector's line of the table."""

    detector: str
    f1: Figure
    strict_f1: Figure
    """Onsets paired one to one within 3 ms"""
    precision: float
    recall: float
    recall_by_level: dict[str, float]
    """By decibels over programme"""
    false_per_min: dict[str, Figure]
    """On clean music and on bare drums"""
    cpu_s_per_s: float
    """CPU seconds a second of stereo sound, all threads"""


def evaluate(cache: Path, models: dict[str, Model]) -> list[Row]:
    """Score models by name, and the peers that are installed, on the test split."""
    held_out = list(tqdm(cases(cache, "test"), desc="mixing test", unit="file"))
    detectors: dict[str, Detector] = {name: runout(model) for name, model in models.items()}
    for name, peer in (("Essentia ClickDetector", essentia()), ("grooveclean", grooveclean())):
        if peer is not None:
            detectors[name] = peer
    return [_row(name, detector, held_out) for name, detector in detectors.items()]


def as_markdown(rows: Sequence[Row]) -> str:
    """The table as markdown."""
    levels = [f"{low:g}-{high:g} dB" for low, high in _LEVELS_DB]
    heads = [
        "detector",
        "F1 [95 % CI]",
        "strict F1",
        "precision",
        "recall",
        *(f"recall {x}" for x in levels),
    ]
    heads += ["false/min, clean music", "false/min, bare drums", "CPU s/s"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in rows:
        cells = [
            row.detector,
            str(row.f1),
            str(row.strict_f1),
            f"{row.precision:.3f}",
            f"{row.recall:.3f}",
        ]
        cells += [f"{row.recall_by_level[level]:.3f}" for level in levels]
        cells += [
            f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"
            for figure in (row.false_per_min["clean"], row.false_per_min["drums"])
        ]
        cells.append(f"{row.cpu_s_per_s:.4f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _row(name: str, detector: Detector, held_out: Sequence[Case]) -> Row:
    worn: list[tuple[int, int, int]] = []
    strict: list[tuple[int, int, int]] = []
    alarms: dict[str, list[tuple[int, float]]] = {"clean": [], "drums": []}
    by_level: dict[str, list[bool]] = {f"{low:g}-{high:g} dB": [] for low, high in _LEVELS_DB}
    cpu_s = sound_s = 0.0
    for case in tqdm(held_out, desc=name, unit="file"):
        began = time.process_time()
        found = detector(case.mix.sound)
        cpu_s += time.process_time() - began
        seconds = case.mix.sound.shape[1] / RATE
        sound_s += seconds
        outcome = match(case.mix.truth, found)
        if case.set != "worn":
            alarms[case.set].append((outcome.false, seconds / 60.0))
            continue
        true = sum(outcome.hit)
        worn.append((true, outcome.false, len(outcome.hit) - true))
        pairs = outcome.strict
        strict.append((pairs, outcome.found - pairs, len(outcome.hit) - pairs))
        for one, hit in zip(case.mix.truth, outcome.hit, strict=True):
            for low, high in _LEVELS_DB:
                if low <= one.over_db < high:
                    by_level[f"{low:g}-{high:g} dB"].append(hit)
    counts = np.array(worn)
    true, false, missed = counts.sum(axis=0)
    return Row(
        name,
        bootstrapped(counts, lambda sums: f1(*sums)),
        bootstrapped(np.array(strict), lambda sums: f1(*sums)),
        float(true / max(true + false, 1)),
        float(true / max(true + missed, 1)),
        {level: float(np.mean(hits)) for level, hits in by_level.items()},
        {
            kind: bootstrapped(np.array(files), lambda sums: sums[0] / sums[1])
            for kind, files in alarms.items()
        },
        cpu_s / sound_s,
    )
