"""What the line makes of one scene, held against its truth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runout.defects.event import Event
from runout.grading.table import load_table
from runout.line import Line
from runout.model.card import Model
from runout.side.side import SideEnded
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.scenes import Damage, Scene
from runout_training.wear.worn import Truth

_LEAST_DB = 3.0
"""A crossing is one that could be heard if it stands so far over the programme"""
_NEAR_S = 0.005
_JUMP_NEAR_S = 0.05
_RIGHT_RPM = 0.05
"""Nominal speeds are a quarter apart and more, off-speed is 3 %"""
_BLOCK = RATE // 2


@dataclass(frozen=True, slots=True)
class Train:
    """One true scratch."""

    turns: int
    """That could be heard"""
    named: bool
    """With the right speed"""
    rpm_error: float
    """Share by which its speed is off; NaN where it is not told"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scene."""

    damage: Damage
    hours: float
    trains: tuple[Train, ...]
    jumps_found: tuple[bool, ...]
    """For every true skip or locked groove"""
    jump_errors_s: tuple[float, ...]
    """Of those that were found"""
    false_scratches: int
    false_jumps: int
    ticks_ratio: float
    """Told over true; NaN where nothing was put on"""


def judge(scene: Scene, events: Sequence[Event]) -> Outcome:
    """Hold what was heard of a scene against its truth."""
    trains, claimed = _scratches(scene, events)
    jumps = [event for event in events if event.kind in ("skip", "locked_groove")]
    errors = [
        min(
            (abs(j.time_s - one.start / RATE) for j in jumps if j.kind == one.kind),
            default=math.inf,
        )
        for one in scene.worn.truth
        if one.kind in ("skip", "locked_groove")
    ]
    found = tuple(error <= _JUMP_NEAR_S for error in errors)
    true = len(scene.worn.truth)
    return Outcome(
        damage=scene.damage,
        hours=scene.worn.seconds / 3600.0,
        trains=trains,
        jumps_found=found,
        jump_errors_s=tuple(error for error in errors if error <= _JUMP_NEAR_S),
        false_scratches=sum(event.kind == "scratch" for event in events) - claimed,
        false_jumps=len(jumps) - sum(found),
        ticks_ratio=ticks_told(events) / true if true else math.nan,
    )


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


def _scratches(scene: Scene, events: Sequence[Event]) -> tuple[tuple[Train, ...], int]:
    """The scene's trains, and how many of the scratches told are one of them."""
    told = [event for event in events if event.kind == "scratch"]
    mine: set[str] = set()
    trains = []
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
        trains.append(Train(audible, error <= _RIGHT_RPM, error))
    return tuple(trains), len(mine)


def _is_of(scratch: Event, events: Sequence[Event], train: Sequence[Truth]) -> bool:
    """Whether most of a told scratch's impulses are those of a true one."""
    times = np.array([event.time_s for event in events if event.part_of == scratch.id])
    places = np.array([one.peak / RATE for one in train])
    if len(times) == 0:
        return False
    near = np.abs(times[:, None] - places[None, :]).min(axis=1) <= _NEAR_S
    return bool(near.mean() > 0.5)
