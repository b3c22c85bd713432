"""Chooses the thresholds that ship, for each sensitivity: false alarms first, then F1."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from runout.defects.impulse import Impulse
from runout.defects.passage import PASSAGE_KINDS, PassageKind
from runout.model.card import Model
from runout.model.sensitivity import Sensitivity
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.detectors import candidates, impulses, passages, scored
from runout_training.evaluation.matching import Span, f1, match
from runout_training.evaluation.passages import found_regions, lasting
from runout_training.evaluation.sets import IMPULSE_SETS, cases, long_clean
from runout_training.evaluation.sets import passages as passage_cases

_LOWEST = 0.3
_GRID = tuple(round(1.0 / (1.0 + math.exp(-logit / 4.0)), 3) for logit in range(-3, 19))
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """Most false alarms a minute."""

    clean: float
    drums: float
    glitches: float
    """Capture glitches on clean sound, a minute"""
    passages: float
    """Of a kind, on clean sound"""


LIMITS: dict[Sensitivity, Limits] = {
    "low": Limits(0.1, 0.5, 0.05, 0.02),
    "normal": Limits(0.2, 1.0, 0.05, 0.05),
    "high": Limits(1.0, 2.5, 0.05, 0.2),
}


@dataclass(frozen=True, slots=True)
class Point:
    """What thresholds give on the validation set."""

    thresholds: dict[str, float]
    f1: float
    clean_per_min: float
    drums_per_min: float
    passages_found: dict[str, float]
    """Share of the dropouts, distortions and capture glitches that are found, by kind"""


def calibrate(model: Model, cache: Path) -> dict[Sensitivity, Point]:
    """The best F1 among the thresholds that keep false alarms down, for each sensitivity.

    Where none does, which is said, the one that comes nearest.
    """
    found = _Found(model, cache)
    return {name: found.best(name, limits) for name, limits in LIMITS.items()}


class _Found:
    """Everything that the model finds on the validation set, at the lowest thresholds."""

    def __init__(self, model: Model, cache: Path) -> None:
        self._model = model
        held = [*cases(cache, "validation", _ROUNDS), *long_clean(cache, "validation")]
        self._cases = [case for case in held if case.set != "negatives"]
        off = {"click": _LOWEST, "pop": _LOWEST, "capture_glitch": math.inf}
        self._scored = [
            scored(case.mix.sound, model) for case in tqdm(self._cases, desc="scoring", unit="file")
        ]
        self._candidates = [candidates(one, model, off) for one in self._scored]
        self._marked = list(passage_cases(cache, "validation"))
        self._marked_scored = [
            scored(case.mix.sound, model)
            for case in tqdm(self._marked, desc="scoring passages", unit="file")
        ]

    @cached_property
    def _points(self) -> list[Point]:
        return [
            self._point({"click": click, "pop": pop}, self._candidates)
            for click, pop in tqdm(list(product(_GRID, _GRID)), desc="trying", unit="point")
        ]

    def best(self, name: Sensitivity, limits: Limits) -> Point:
        """The thresholds of one sensitivity."""
        allowed = [
            point
            for point in self._points
            if point.clean_per_min <= limits.clean and point.drums_per_min <= limits.drums
        ]
        if allowed:
            best = max(allowed, key=lambda point: point.f1)
        else:
            print(f"{name}: no thresholds keep false alarms within their limits; the nearest")
            best = min(
                self._points,
                key=lambda point: max(
                    point.clean_per_min / limits.clean, point.drums_per_min / limits.drums
                ),
            )
        found: dict[str, float] = {}
        thresholds = dict(best.thresholds)
        for kind in PASSAGE_KINDS:
            thresholds[kind], found[kind] = self._passages(kind, limits.passages)
        thresholds["capture_glitch"], found["capture_glitch"] = self._glitches(
            thresholds, limits.glitches
        )
        # The finder looks at the thresholds too, so what it finds at these is measured anew.
        again = [impulses(one, self._model, thresholds) for one in self._scored]
        return replace(self._point(thresholds, again), passages_found=found)

    def _point(self, thresholds: dict[str, float], found: Sequence[list[Impulse]]) -> Point:
        true = false = missed = 0
        alarms = dict.fromkeys(("clean", "drums"), 0)
        minutes = dict.fromkeys(("clean", "drums"), 0.0)
        for case, impulses_found in zip(self._cases, found, strict=True):
            spans = [
                Span(one.start, one.start + one.length)
                for one in impulses_found
                if one.kind != "capture_glitch" and one.confidence >= thresholds[one.kind]
            ]
            outcome = match(case.mix.truth, spans)
            if case.set in IMPULSE_SETS:
                true += sum(outcome.hit)
                missed += len(outcome.hit) - sum(outcome.hit)
                false += outcome.false
            else:
                kind = "drums" if case.set == "drums" else "clean"
                alarms[kind] += outcome.false
                minutes[kind] += case.mix.sound.shape[1] / RATE / 60.0
        return Point(
            thresholds,
            f1(true, false, missed),
            alarms["clean"] / minutes["clean"],
            alarms["drums"] / minutes["drums"],
            {},
        )

    def _passages(self, kind: PassageKind, limit: float) -> tuple[float, float]:
        """The lowest threshold whose false passages a minute are within the limit, and the share
        of the true ones that it finds."""
        minutes = sum(case.mix.sound.shape[1] for case in self._cases) / RATE / 60.0
        for threshold in _GRID:
            false = sum(len(passages(one, self._model, kind, threshold)) for one in self._scored)
            if false / minutes <= limit:
                break
        else:
            print(f"{kind}: no threshold keeps false ones within {limit:g} a minute; the highest")
        hits: list[bool] = []
        for case, one in zip(self._marked, self._marked_scored, strict=True):
            if case.set == kind:
                heard = passages(one, self._model, kind, threshold)
                hits += found_regions(lasting(case.mix.regions(kind), kind), heard)
        return threshold, float(np.mean(hits))

    def _glitches(self, thresholds: dict[str, float], limit: float) -> tuple[float, float]:
        """Likewise for capture glitches, among clicks and on sound without any.

        Those that were told without the model are no threshold's doing.
        """
        lowest = {**thresholds, "capture_glitch": _LOWEST}
        quiet = [
            (case, impulses(one, self._model, lowest))
            for case, one in zip(self._cases, self._scored, strict=True)
            if not case.mix.truth
        ]
        marked = [
            (case, impulses(one, self._model, lowest))
            for case, one in zip(self._marked, self._marked_scored, strict=True)
            if case.set == "capture glitch"
        ]
        minutes = sum(case.mix.sound.shape[1] for case, _ in quiet) / RATE / 60.0
        for threshold in _GRID:
            false = sum(
                threshold <= one.confidence < 1.0
                for _, found in quiet
                for one in found
                if one.kind == "capture_glitch"
            )
            if false / minutes <= limit:
                break
        else:
            print(f"capture glitches: no threshold keeps within {limit:g} a minute; the highest")
        hits = [
            hit
            for case, found in marked
            for hit in match(case.mix.regions("capture_glitch"), called(found, threshold)).hit
        ]
        return threshold, float(np.mean(hits))


def called(found: Sequence[Impulse], threshold: float) -> list[Span]:
    """What was called a capture glitch with at least this confidence."""
    return [
        Span(one.start, one.start + one.length)
        for one in found
        if one.kind == "capture_glitch" and one.confidence >= threshold
    ]
