"""What is no click: dropouts, distortion, capture glitches, and a minute of every clean track."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runout.defects.passage import PASSAGE_KINDS, Passage, PassageKind
from runout.model.card import Model
from runout.model.sensitivity import SENSITIVITIES
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.bootstrap import Figure, bootstrapped
from runout_training.evaluation.detectors import impulses, passages, scored
from runout_training.evaluation.matching import Span, match
from runout_training.evaluation.sets import Case
from runout_training.wear.worn import Truth

_LASTING_S: dict[PassageKind, tuple[float, float]] = {
    "dropout": (0.0, 0.012),
    "distortion": (0.3, 0.6),
}
"""Longest pause within a passage and its least length: below that it isn't asked for"""


@dataclass(frozen=True, slots=True)
class Passages:
    """One model's line."""

    recall: dict[str, Figure]
    """Of dropouts of 12 ms and distortion of 0.6 s and more, by kind: an event overlaps it"""
    false_per_min: dict[str, Figure]
    """Events of a kind on clean music"""
    glitches_told: Figure
    """Share of capture glitches that are found and told from clicks"""
    clicks_called_glitches: Figure
    """Share of the clicks found that are called capture glitches"""
    glitches_per_min: Figure
    """Found on clean music"""
    clean_per_min: dict[str, Figure]
    """Clicks and pops found on a minute of every track without any, by sensitivity"""
    onset_error_ms: tuple[float, float]
    """Median and 95th percentile of the magnitude"""


def found_regions(truth: Sequence[Truth], heard: Sequence[Passage]) -> list[bool]:
    """For every true passage, whether one that was heard overlaps it."""
    return [
        any(one.start < true.end and one.start + one.length > true.start for one in heard)
        for true in truth
    ]


def lasting(truth: Sequence[Truth], kind: PassageKind) -> list[Truth]:
    """True passages that last long enough to be heard as such, the pieces of each as one."""
    gap, least = (round(seconds * RATE) for seconds in _LASTING_S[kind])
    whole: list[Truth] = []
    for one in sorted(truth, key=lambda one: one.start):
        if whole and one.start - whole[-1].end <= gap:
            whole[-1] = replace(whole[-1], end=max(whole[-1].end, one.end))
        else:
            whole.append(one)
    return [one for one in whole if one.end - one.start >= least]


def score_passages(model: Model, marked: Sequence[Case], clean: Sequence[Case]) -> Passages:
    """Score what ships: `marked` are cases of sets.passages, `clean` of sets.long_clean."""
    thresholds = model.card.thresholds["normal"]
    hits: dict[str, list[tuple[float, float]]] = {kind: [] for kind in PASSAGE_KINDS}
    told: list[tuple[float, float]] = []
    called: list[tuple[float, float]] = []
    onsets: list[float] = []
    for case in tqdm(marked, desc="passages", unit="file"):
        pieces = scored(case.mix.sound, model)
        if case.set in PASSAGE_KINDS:
            heard = passages(pieces, model, case.set, thresholds[case.set])
            found = found_regions(lasting(case.mix.regions(case.set), case.set), heard)
            hits[case.set].append((sum(found), len(found)))
            continue
        spans: dict[bool, list[Span]] = {True: [], False: []}
        for one in impulses(pieces, model, thresholds):
            spans[one.kind == "capture_glitch"].append(Span(one.start, one.start + one.length))
        glitches = match(case.mix.regions("capture_glitch"), spans[True]).hit
        told.append((sum(glitches), len(glitches)))
        as_click = np.array(match(case.mix.truth, spans[False]).hit, bool)
        as_glitch = np.array(match(case.mix.truth, spans[True]).hit, bool)
        called.append((float(as_glitch.sum()), float((as_click | as_glitch).sum())))
        onsets += _onsets(case.mix.truth, spans[False], as_click)
    alarms = _alarms(model, clean)
    return Passages(
        recall={kind: _share(rows) for kind, rows in hits.items()},
        false_per_min={kind: _share(alarms[kind]) for kind in PASSAGE_KINDS},
        glitches_told=_share(told),
        clicks_called_glitches=_share(called),
        glitches_per_min=_share(alarms["capture_glitch"]),
        clean_per_min={name: _share(alarms[name]) for name in SENSITIVITIES},
        onset_error_ms=(float(np.median(onsets)), float(np.percentile(onsets, 95))),
    )


def as_markdown(row: Passages) -> str:
    """The figures as a markdown table."""
    lines = [
        *((f"{kind}: recall", str(figure)) for kind, figure in row.recall.items()),
        *((f"{kind}: false a minute", str(one)) for kind, one in row.false_per_min.items()),
        ("capture glitches told from clicks", str(row.glitches_told)),
        ("clicks called capture glitches", str(row.clicks_called_glitches)),
        ("capture glitches found a minute of clean music", str(row.glitches_per_min)),
        *(
            (f"false clicks a minute of clean music, sensitivity {name}", str(figure))
            for name, figure in row.clean_per_min.items()
        ),
        (
            "onset error, median and 95th percentile",
            f"{row.onset_error_ms[0]:.2f} ms, {row.onset_error_ms[1]:.2f} ms",
        ),
    ]
    return "\n".join(
        ["| what | figure [95 % CI] |", "|---|---|", *(f"| {a} | {b} |" for a, b in lines)]
    )


def _alarms(model: Model, clean: Sequence[Case]) -> dict[str, list[tuple[float, float]]]:
    """Events found a file, and its minutes, by passage kind, glitches, and sensitivity."""
    alarms: dict[str, list[tuple[float, float]]] = {}
    for case in tqdm(clean, desc="clean minutes", unit="file"):
        minutes = case.mix.sound.shape[1] / RATE / 60.0
        pieces = scored(case.mix.sound, model)
        normal = model.card.thresholds["normal"]
        counts: dict[str, int] = {
            kind: len(passages(pieces, model, kind, normal[kind])) for kind in PASSAGE_KINDS
        }
        for name in SENSITIVITIES:
            found = impulses(pieces, model, model.card.thresholds[name])
            glitches = sum(one.kind == "capture_glitch" for one in found)
            counts[name] = len(found) - glitches
            if name == "normal":
                counts["capture_glitch"] = glitches
        for kind, count in counts.items():
            alarms.setdefault(kind, []).append((count, minutes))
    return alarms


def _onsets(
    truth: Sequence[Truth], found: Sequence[Span], hit: npt.NDArray[np.bool_]
) -> list[float]:
    """Milliseconds between the onset of each true impulse that is found and the nearest found."""
    if not found:
        return []
    starts = np.array([one.start for one in found])
    true = [one.start for one, was_hit in zip(truth, hit, strict=True) if was_hit]
    return [1000.0 * float(np.abs(starts - start).min()) / RATE for start in true]


def _share(rows: Sequence[tuple[float, float]]) -> Figure:
    if not rows:
        return Figure(math.nan, math.nan, math.nan)
    counts = np.array(rows, np.float64)
    return bootstrapped(counts, lambda total: total[0] / max(total[1], 1e-9))
