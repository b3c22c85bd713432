"""How worn a side is: what is put on it, drawn from one severity, with one cause that dominates."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Cause = Literal[
    "clicks",
    "pops",
    "scratches",
    "crackle",
    "noise",
    "distortion",
    "dropouts",
    "hum",
    "off_centre",
    "jumps",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)

_GRADES = 6
"""NM, VG+, VG, G+, G, and F with P: each gets as wide a stretch of severity"""
_STEPS: dict[Cause, tuple[float, ...]] = {
    "clicks": (0.02, 0.3, 2.0, 12.0, 40.0, 100.0),
    "pops": (0.01, 0.2, 1.0, 6.0, 20.0, 45.0),
    "scratches": (0.02, 0.1, 1.5, 15.0, 50.0, 90.0),
    "crackle": (0.02, 0.1, 1.0, 10.0, 35.0, 80.0),
    "distortion": (0.1, 2.0, 8.0, 25.0, 60.0, 95.0),
    "dropouts": (0.02, 0.2, 0.6, 2.0, 6.0, 14.0),
    "off_centre": (0.03, 0.35, 0.8, 1.2),
}
"""At severities 0, 1/6, ... 5/6: impulses a minute of middling size; per cent of the time;
dropouts a minute; per cent of the speed. Some causes stop early: they make no record unplayable"""
_LEVELS_DB: dict[Cause, tuple[float, ...]] = {
    "noise": (-56.0, -48.0, -41.0, -34.0, -26.0, -20.0),
    "hum": (-70.0, -50.0, -40.0, -32.0),
}
"""Likewise, over the programme"""
_OTHERS = (0.0, 0.75)
"""Severity of what doesn't dominate, of the whole's, a step less"""
_ABSENT_SHARE: dict[Cause, float] = {
    "clicks": 0.1,
    "pops": 0.3,
    "scratches": 0.6,
    "crackle": 0.6,
    "noise": 0.0,
    "distortion": 0.6,
    "dropouts": 0.8,
    "hum": 0.6,
    "off_centre": 0.5,
}
"""Of sides on which it doesn't dominate, those that have none of it"""
_JUMPS = (1, 5)
_LOCKED_SHARE = 0.3
"""Of sides with jumps, those that lock"""


@dataclass(frozen=True, slots=True)
class Condition:
    """What is put on one side."""

    severity: float
    """0 to 1"""
    cause: Cause
    """What there is most of"""
    clicks_per_min: float
    pops_per_min: float
    scratched_percent: float
    """Of the tracks' time that lies under scratches; clicks of one are counted with none of the
    above, those of all others once"""
    crackle_percent: float
    distorted_percent: float
    dropouts_per_min: float
    noise_db: float
    """Groove noise, weighted by ITU-R 468, over the programme's loud passages"""
    hum_db: float
    """RMS of hum over the same; -inf for none"""
    off_centre_percent: float
    """By how much the speed swings once a turn"""
    skips: int
    locked_grooves: int


def draw_condition(rng: np.random.Generator, severity: float) -> Condition:
    """Draw a side's cause and the amounts of all wear; the worst severities are jumps."""
    steps = _STEPS | _LEVELS_DB
    able = [one for one in steps if severity * _GRADES < len(steps[one])]
    cause: Cause = able[int(rng.integers(len(able)))] if able else "jumps"
    jumping = severity >= (_GRADES - 1) / _GRADES
    if jumping:
        cause = "jumps"
    rest = min(severity, (_GRADES - 1) / _GRADES) - 1 / _GRADES
    drawn = {one: max(0.0, rest) * float(rng.uniform(*_OTHERS)) for one in steps}
    absent = {one: rng.random() < _ABSENT_SHARE[one] for one in steps}
    if not jumping:
        drawn[cause], absent[cause] = severity, False
    amounts = {one: 0.0 if absent[one] else _at(_STEPS[one], drawn[one]) for one in _STEPS}
    locks = int(jumping and rng.random() < _LOCKED_SHARE)
    return Condition(
        severity=severity,
        cause=cause,
        clicks_per_min=amounts["clicks"],
        pops_per_min=amounts["pops"],
        scratched_percent=amounts["scratches"],
        crackle_percent=amounts["crackle"],
        distorted_percent=amounts["distortion"],
        dropouts_per_min=amounts["dropouts"],
        noise_db=_level(_LEVELS_DB["noise"], drawn["noise"]),
        hum_db=-np.inf if absent["hum"] else _level(_LEVELS_DB["hum"], drawn["hum"]),
        off_centre_percent=amounts["off_centre"],
        skips=int(rng.integers(*_JUMPS)) if jumping and not locks else 0,
        locked_grooves=locks,
    )


def severity_of(seed: int, number: int) -> float:
    """Severity of the side `number`: any run of numbers is spread evenly (golden ratio)."""
    return float((np.random.default_rng(seed).random() + number * (5**0.5 - 1) / 2) % 1.0)


def _at(steps: tuple[float, ...], severity: float) -> float:
    """Between the steps, evenly in the logarithm."""
    return float(np.exp(_level(tuple(np.log(steps)), severity)))


def _level(steps: tuple[float, ...], severity: float) -> float:
    return float(np.interp(severity * _GRADES, np.arange(len(steps)), steps))
