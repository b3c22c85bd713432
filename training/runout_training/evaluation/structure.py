"""How well structure over time is heard: scratches, skips, locked grooves, dense crackle."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from scipy import stats

from runout.model.card import Model
from runout_training.corpus.drums import Drums
from runout_training.corpus.parallel import run
from runout_training.corpus.tracks import Music, Split
from runout_training.evaluation.bootstrap import Figure
from runout_training.evaluation.outcome import Outcome, hear, judge
from runout_training.evaluation.scenes import Damage, Scenes

COUNTS: dict[Damage, int] = {
    "scratch": 60,
    "skip back": 80,
    "skip ahead": 40,
    "locked groove": 80,
    "clean": 60,
    "loops": 120,
    "dense": 40,
}
"""Scenes of each kind: 120 minutes of loops, an hour of clean music with drums"""
_FEWEST_TURNS = 5
_WITHIN = 0.2


@dataclass(frozen=True, slots=True)
class Structure:
    """The table; intervals are 95 %."""

    scratches_named: Figure
    """Share of trains of five audible turns or more named, with the right speed"""
    short_scratches_named: Figure
    """Likewise of those of three and four"""
    rpm_error: float
    """Median share by which a named scratch's speed is off"""
    false_scratches_per_hour: Figure
    """In clean music with drums"""
    false_among_dust_per_hour: Figure
    """In the scenes with scratches and dust"""
    skips_back: Figure
    """Recall"""
    skips_ahead: Figure
    locked_grooves: Figure
    jump_error_ms: float
    """Median error of the place of a jump"""
    false_jumps_per_hour: Figure
    """Skips and locked grooves in music made of loops that fit the turn"""
    false_jumps_clean_per_hour: Figure
    dense_within: Figure
    """Share of dense scenes whose rate is told to within 20 %"""
    dense_ratio: Figure
    """Median of told over true, with the quartiles"""


def as_markdown(row: Structure) -> str:
    """The figures as a markdown table."""
    lines = [
        ("scratches of five turns or more named, with the right speed", row.scratches_named),
        ("of three and four turns", row.short_scratches_named),
        ("false scratches an hour of clean music with drums", row.false_scratches_per_hour),
        ("false scratches an hour among dust", row.false_among_dust_per_hour),
        ("skips back: recall", row.skips_back),
        ("skips ahead: recall", row.skips_ahead),
        ("locked grooves: recall", row.locked_grooves),
        ("false jumps an hour of music made of loops that fit the turn", row.false_jumps_per_hour),
        ("false jumps an hour of clean music with drums", row.false_jumps_clean_per_hour),
        ("dense (20 to 200/s): scenes whose rate is told within 20 %", row.dense_within),
        ("dense: told over true rate, median [quartiles]", row.dense_ratio),
        ("speed of a scratch, median error", f"{100 * row.rpm_error:.2f} %"),
        ("place of a jump, median error", f"{row.jump_error_ms:.1f} ms"),
    ]
    return "\n".join(
        ["| what | figure [95 % CI] |", "|---|---|", *(f"| {a} | {b} |" for a, b in lines)]
    )


def share(hits: int, of: int) -> Figure:
    """A share with its exact interval (Clopper and Pearson 1934)."""
    if of == 0:
        return Figure(math.nan, 0.0, 1.0)
    low = stats.beta.ppf(0.025, hits, of - hits + 1) if hits else 0.0
    high = stats.beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1.0
    return Figure(hits / of, float(low), float(high))


def rate(count: int, hours: float) -> Figure:
    """Events an hour with their exact Poisson interval (Garwood 1936)."""
    if hours == 0.0:
        return Figure(math.nan, 0.0, math.inf)
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf(0.975, 2 * count + 2) / 2
    return Figure(count / hours, float(low) / hours, float(high) / hours)


def evaluate_structure(
    cache: Path, model: Model, split: Split = "test", counts: dict[Damage, int] | None = None
) -> Structure:
    """Score a model with all that follows it on scenes of a split, on all cores."""
    wanted = [
        (damage, number)
        for damage, count in (COUNTS if counts is None else counts).items()
        for number in range(count)
    ]
    return structure(list(run(partial(_outcome, cache, model, split), wanted, None, "scenes")))


def structure(outcomes: Sequence[Outcome]) -> Structure:
    """The table of many scenes."""
    trains = [train for one in outcomes for train in one.trains]
    long = [one.named for one in trains if one.turns >= _FEWEST_TURNS]
    short = [one.named for one in trains if 3 <= one.turns < _FEWEST_TURNS]
    errors = [one.rpm_error for one in trains if one.named]
    jump_errors = [error for one in outcomes for error in one.jump_errors_s]
    ratios = np.array([one.ticks_ratio for one in outcomes if one.damage == "dense"])
    low, middle, high = np.percentile(ratios, (25, 50, 75)) if len(ratios) else [math.nan] * 3

    def found(damage: Damage) -> Figure:
        hits = [hit for one in outcomes if one.damage == damage for hit in one.jumps_found]
        return share(sum(hits), len(hits))

    def false(damage: Damage, count: Callable[[Outcome], int]) -> Figure:
        of_it = [one for one in outcomes if one.damage == damage]
        return rate(sum(map(count, of_it)), sum(one.hours for one in of_it))

    return Structure(
        scratches_named=share(sum(long), len(long)),
        short_scratches_named=share(sum(short), len(short)),
        rpm_error=float(np.median(errors)) if errors else math.nan,
        false_scratches_per_hour=false("clean", lambda one: one.false_scratches),
        false_among_dust_per_hour=false("scratch", lambda one: one.false_scratches),
        skips_back=found("skip back"),
        skips_ahead=found("skip ahead"),
        locked_grooves=found("locked groove"),
        jump_error_ms=1e3 * float(np.median(jump_errors or [math.nan])),
        false_jumps_per_hour=false("loops", lambda one: one.false_jumps),
        false_jumps_clean_per_hour=false("clean", lambda one: one.false_jumps),
        dense_within=share(int(np.sum(np.abs(ratios - 1.0) <= _WITHIN)), len(ratios)),
        dense_ratio=Figure(float(middle), float(low), float(high)),
    )


def _outcome(cache: Path, model: Model, split: Split, damage: Damage, number: int) -> Outcome:
    scene = _scenes(cache, split).scene(damage, number)
    side = hear(scene, model)
    return judge(scene, () if side is None else side.events)


@lru_cache
def _scenes(cache: Path, split: Split) -> Scenes:
    """Kept, with what was decoded."""
    return Scenes(Music(cache, split), Drums(cache, split))
