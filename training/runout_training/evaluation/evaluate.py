"""Clicks and pops: this model and its peers on the same held-out mixes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np
from tqdm import tqdm

from runout.model.card import Model
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.bootstrap import Figure, bootstrapped
from runout_training.evaluation.detectors import Detector, essentia, grooveclean, runout
from runout_training.evaluation.matching import f1, match
from runout_training.evaluation.remember import Answer, remembered, timed
from runout_training.evaluation.sets import CLEAN_SETS, IMPULSE_SETS, Case, SetName

_LEVELS_DB = ((0.0, 9.0), (9.0, 15.0), (15.0, 30.0))
_PEERS = {
    "Essentia ClickDetector": ("essentia", essentia),
    "grooveclean": ("grooveclean", grooveclean),
}


_SLOW = ("grooveclean",)


@dataclass(frozen=True, slots=True)
class Row:
    """One detector's line of the table."""

    detector: str
    f1: dict[str, Figure]
    """On the sparse, the busy and the faint set, and on sparse and busy together ("worn")"""
    strict_f1: Figure
    """Of sparse and busy, onsets paired one to one within 3 ms"""
    precision: dict[str, float]
    """By set, likewise"""
    recall: dict[str, float]
    recall_by_level: dict[str, float]
    """By decibels over programme"""
    recall_by_wear: dict[str, float]
    """By what put the impulse on"""
    false_per_min: dict[str, Figure]
    """On clean music, bare drums and the other hard negatives"""
    cpu_s_per_s: float
    """CPU seconds a second of stereo sound, all threads"""


@dataclass(slots=True)
class _Tally:
    sets: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    strict: list[tuple[int, int, int]] = field(default_factory=list)
    alarms: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    levels: dict[str, list[bool]] = field(default_factory=dict)
    wear: dict[str, list[bool]] = field(default_factory=dict)
    cpu_s: float = 0.0
    sound_s: float = 0.0


def peers() -> dict[str, tuple[str, Detector]]:
    """Those that are installed, with the name of their version."""
    found: dict[str, tuple[str, Detector]] = {}
    for name, (package, make) in _PEERS.items():
        detector = make()
        if detector is not None:
            found[name] = (f"{package}-{metadata.version(package)}", detector)
    return found


def score(cache: Path, models: Mapping[str, Model], held_out: Sequence[Case]) -> list[Row]:
    """Score models by name, and the peers that are installed, on the same files."""
    rows = []
    shipped = next(iter(models.values()))
    for name, model in models.items():
        detector = runout(model)
        answers = [
            timed(detector, case.mix.sound) for case in tqdm(held_out, desc=name, unit="file")
        ]
        rows.append(_row(name, answers, held_out))
    half = every_second(held_out)
    for name, (version, peer) in peers().items():
        slow = name in _SLOW
        files = half if slow else held_out
        answers = [
            remembered(peer, version, case.mix.sound, cache)
            for case in tqdm(files, desc=name, unit="file")
        ]
        if slow:
            ours = [timed(runout(shipped), case.mix.sound) for case in tqdm(half, desc="half")]
            rows.append(_row(f"{next(iter(models))}, every second file", ours, half))
        rows.append(_row(f"{name}, every second file" if slow else name, answers, files))
    return rows


def every_second(held_out: Sequence[Case]) -> list[Case]:
    """Every second file of each set: a peer that takes a second for a second is judged on it."""
    seen: Counter[SetName] = Counter()
    kept = []
    for case in held_out:
        if seen[case.set] % 2 == 0:
            kept.append(case)
        seen[case.set] += 1
    return kept


def as_markdown(rows: Sequence[Row]) -> str:
    """The tables as markdown."""
    heads = ["F1, sparse and busy", "F1, sparse", "F1, busy", "strict F1", "precision", "recall"]
    whole = _table(
        [*heads, "CPU s/s"],
        {
            row.detector: [
                *(str(row.f1[name]) for name in ("worn", "sparse", "busy")),
                str(row.strict_f1),
                f"{row.precision['worn']:.3f}",
                f"{row.recall['worn']:.3f}",
                f"{row.cpu_s_per_s:.4f}",
            ]
            for row in rows
        },
    )
    levels = [f"{low:g}-{high:g} dB" for low, high in _LEVELS_DB]
    by_level = _table(
        ["faint: precision", "faint: recall", *(f"recall {level}" for level in levels)],
        {
            row.detector: [
                f"{row.precision['faint']:.3f}",
                f"{row.recall['faint']:.3f}",
                *(_share_of(row.recall_by_level, level) for level in levels),
            ]
            for row in rows
        },
    )
    kinds = sorted(rows[0].recall_by_wear)
    by_wear = _table(
        [f"recall, {kind}" for kind in kinds],
        {row.detector: [_share_of(row.recall_by_wear, kind) for kind in kinds] for row in rows},
    )
    alarms = _table(
        [f"false/min, {name}" for name in CLEAN_SETS],
        {row.detector: [_plain(row.false_per_min[name]) for name in CLEAN_SETS] for row in rows},
    )
    return "\n\n".join((whole, by_level, by_wear, alarms))


def _share_of(shares: Mapping[str, float], kind: str) -> str:
    """A share, or a dash where half of the files hold none of the kind."""
    return f"{shares[kind]:.3f}" if kind in shares else "-"


def _plain(figure: Figure) -> str:
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _table(heads: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    lines = ["| " + " | ".join(["detector", *heads]) + " |", "|" + "---|" * (len(heads) + 1)]
    return "\n".join(lines + [f"| {name} | {' | '.join(row)} |" for name, row in rows.items()])


def _row(name: str, answers: Sequence[Answer], held_out: Sequence[Case]) -> Row:
    tally = _Tally()
    for case, answer in zip(held_out, answers, strict=True):
        _count(tally, case, answer)
    sums = {name: np.array(files).sum(axis=0) for name, files in tally.sets.items()}
    return Row(
        detector=name,
        f1={
            kind: bootstrapped(np.array(files, np.float64), lambda total: f1(*total))
            for kind, files in tally.sets.items()
        },
        strict_f1=bootstrapped(np.array(tally.strict, np.float64), lambda total: f1(*total)),
        precision={kind: float(t / max(t + f, 1)) for kind, (t, f, _) in sums.items()},
        recall={kind: float(t / max(t + m, 1)) for kind, (t, _, m) in sums.items()},
        recall_by_level={level: float(np.mean(hits)) for level, hits in tally.levels.items()},
        recall_by_wear={wear: float(np.mean(hits)) for wear, hits in tally.wear.items()},
        false_per_min={
            kind: bootstrapped(np.array(files), lambda total: total[0] / total[1])
            for kind, files in tally.alarms.items()
        },
        cpu_s_per_s=tally.cpu_s / tally.sound_s,
    )


def _count(tally: _Tally, case: Case, answer: Answer) -> None:
    seconds = case.mix.sound.shape[1] / RATE
    tally.cpu_s += answer.cpu_s
    tally.sound_s += seconds
    outcome = match(case.mix.truth, answer.spans)
    if case.set in CLEAN_SETS:
        tally.alarms.setdefault(case.set, []).append((outcome.false, seconds / 60.0))
        return
    true = sum(outcome.hit)
    counts = (true, outcome.false, len(outcome.hit) - true)
    for name in _sets(case.set):
        tally.sets.setdefault(name, []).append(counts)
    for one, hit in zip(case.mix.truth, outcome.hit, strict=True):
        tally.wear.setdefault(one.wear, []).append(hit)
    if case.set not in IMPULSE_SETS:
        return
    pairs = outcome.strict
    tally.strict.append((pairs, outcome.found - pairs, len(outcome.hit) - pairs))
    for one, hit in zip(case.mix.truth, outcome.hit, strict=True):
        for low, high in _LEVELS_DB:
            if low <= one.over_db < high:
                tally.levels.setdefault(f"{low:g}-{high:g} dB", []).append(hit)


def _sets(name: SetName) -> tuple[str, ...]:
    return (name, "worn") if name in IMPULSE_SETS else (name,)
