"""How well structure over time is heard: scratches, skips, locked grooves, dense crackle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats
from tqdm import tqdm

from runout.defects.event import Event
from runout.grading.table import load_table
from runout.line import Line
from runout.model.card import Model
from runout.side.side import SideEnded
from runout_training.corpus.drums import Drums
from runout_training.corpus.tracks import RATE, Music, Split
from runout_training.evaluation.bootstrap import Figure
from runout_training.evaluation.scenes import Damage, Scene, Scenes
from runout_training.wear.worn import Truth

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
_LEAST_DB = 3.0
"""A crossing is one that could be heard if it stands so far over the programme"""
_NEAR_S = 0.005
_JUMP_NEAR_S = 0.05
_RIGHT_RPM = 0.05
"""Nominal speeds are a quarter apart and more, off-speed is 3 %"""
_BLOCK = RATE // 2
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
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf(0.975, 2 * count + 2) / 2
    return Figure(count / hours, float(low) / hours, float(high) / hours)


def hear(scene: Scene, model: Model) -> SideEnded | None:
    """What the whole line makes of a scene; None where it hears no needle go down."""
    line = Line(model, load_table(), RATE, lambda: "side", math.inf)
    frames = np.ascontiguousarray(scene.worn.sound.T.astype(np.float32))
    said = [
        one for start in range(0, len(frames), _BLOCK) for one in line.feed(frames[start:][:_BLOCK])
    ]
    said += line.finish()
    return next((one for one in said if isinstance(one, SideEnded)), None)


def ticks_told(events: Sequence[Event]) -> float:
    """Ticks that a side was said to have: each crackle episode's rate over its duration, and the
    clicks and pops outside of all episodes one by one.

    To be held against every tick that was put on, heard or not, each 3 to 30 dB over the RMS of the
    programme around it (wear/dust.py), two in one cell being two.
    """
    episodes = [event for event in events if event.kind == "crackle"]
    ticks = sum((one.rate_per_s or 0.0) * one.duration_s for one in episodes)
    times = np.array([event.time_s for event in events if event.kind in ("click", "pop")])
    single = np.ones(len(times), np.bool_)
    for one in episodes:
        single &= (times < one.time_s) | (times > one.time_s + one.duration_s)
    return ticks + int(single.sum())


def evaluate_structure(
    cache: Path, model: Model, split: Split = "test", counts: dict[Damage, int] | None = None
) -> Structure:
    """Score a model with all that follows it on scenes of a split."""
    scenes = Scenes(Music(cache, split), Drums(cache, split))
    score = _Score()
    for damage, count in (COUNTS if counts is None else counts).items():
        for scene in tqdm(scenes.draw(damage, count), desc=damage, total=count, unit="scene"):
            side = hear(scene, model)
            score.take(scene, () if side is None else side.events)
    return score.result()


@dataclass(frozen=True, slots=True)
class _Named:
    turns: int
    named: bool
    rpm_error: float


class _Score:
    """Adds scenes up."""

    def __init__(self) -> None:
        self._trains: list[_Named] = []
        self._hits: dict[Damage, list[bool]] = {}
        self._jump_errors: list[float] = []
        self._false: dict[tuple[Damage, str], int] = {}
        self._hours: dict[Damage, float] = {}
        self._ratios: list[float] = []

    def take(self, scene: Scene, events: Sequence[Event]) -> None:
        """Add one scene and what was heard of it."""
        damage = scene.damage
        self._hours[damage] = self._hours.get(damage, 0.0) + scene.worn.seconds / 3600.0
        claimed = self._scratches(scene, events)
        self._wrong(damage, "scratch", sum(e.kind == "scratch" for e in events) - claimed)
        jumps = [e for e in events if e.kind in ("skip", "locked_groove")]
        true = [one for one in scene.worn.truth if one.kind in ("skip", "locked_groove")]
        found = 0
        for one in true:
            errors = [
                abs(jump.time_s - one.start / RATE) for jump in jumps if jump.kind == one.kind
            ]
            hit = bool(errors) and min(errors) <= _JUMP_NEAR_S
            found += hit
            self._hits.setdefault(damage, []).append(hit)
            if hit:
                self._jump_errors.append(min(errors))
        self._wrong(damage, "jump", len(jumps) - found)
        if damage == "dense":
            self._ratios.append(ticks_told(events) / len(scene.worn.truth))

    def result(self) -> Structure:
        """The table."""
        long = [one for one in self._trains if one.turns >= _FEWEST_TURNS]
        short = [one for one in self._trains if 3 <= one.turns < _FEWEST_TURNS]
        errors = [one.rpm_error for one in self._trains if one.named]
        ratios = np.array(self._ratios or [math.nan])
        low, middle, high = np.nanpercentile(ratios, (25, 50, 75))
        return Structure(
            scratches_named=share(sum(one.named for one in long), len(long)),
            short_scratches_named=share(sum(one.named for one in short), len(short)),
            rpm_error=float(np.median(errors)) if errors else math.nan,
            false_scratches_per_hour=self._rate("clean", "scratch"),
            false_among_dust_per_hour=self._rate("scratch", "scratch"),
            skips_back=self._share("skip back"),
            skips_ahead=self._share("skip ahead"),
            locked_grooves=self._share("locked groove"),
            jump_error_ms=1e3 * float(np.median(self._jump_errors or [math.nan])),
            false_jumps_per_hour=self._rate("loops", "jump"),
            false_jumps_clean_per_hour=self._rate("clean", "jump"),
            dense_within=share(
                int(np.sum(np.abs(np.array(self._ratios) - 1.0) <= _WITHIN)), len(self._ratios)
            ),
            dense_ratio=Figure(float(middle), float(low), float(high)),
        )

    def _scratches(self, scene: Scene, events: Sequence[Event]) -> int:
        """Add the scene's trains; return how many of the scratches told are one of them."""
        told = [event for event in events if event.kind == "scratch"]
        mine: set[str] = set()
        episodes = {one.episode for one in scene.worn.truth if one.episode is not None}
        for episode in sorted(episodes):
            train = [one for one in scene.worn.truth if one.episode == episode]
            of_it = [event for event in told if _is_of(event, events, train)]
            mine |= {event.id for event in of_it}
            audible = sum(one.over_db >= _LEAST_DB for one in train)
            # Told in pieces, it is what its longest piece says.
            longest = max(of_it, key=lambda event: event.turns or 0, default=None)
            rpm = math.nan if longest is None else longest.rpm or 0.0
            error = abs(rpm / scene.clock.rpm - 1.0)
            self._trains.append(_Named(audible, error <= _RIGHT_RPM, error))
        return len(mine)

    def _wrong(self, damage: Damage, what: str, count: int) -> None:
        self._false[damage, what] = self._false.get((damage, what), 0) + count

    def _rate(self, damage: Damage, what: str) -> Figure:
        hours = self._hours.get(damage, 0.0)
        if hours == 0.0:
            return Figure(math.nan, 0.0, math.inf)
        return rate(self._false.get((damage, what), 0), hours)

    def _share(self, damage: Damage) -> Figure:
        hits = self._hits.get(damage, [])
        return share(sum(hits), len(hits))


def _is_of(scratch: Event, events: Sequence[Event], train: Sequence[Truth]) -> bool:
    """Whether most of a told scratch's impulses are those of a true one."""
    times = np.array([event.time_s for event in events if event.part_of == scratch.id])
    places = np.array([one.peak / RATE for one in train])
    if len(times) == 0:
        return False
    near = np.abs(times[:, None] - places[None, :]).min(axis=1) <= _NEAR_S
    return bool(near.mean() > 0.5)
