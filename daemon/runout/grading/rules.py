"""What a grade table is made of: a scale, its rules, and when a grade is withheld."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from runout.grading.deviation import RuleKind, deviation
from runout.grading.grade import LABELS, Label

Array = npt.NDArray[np.float64]

Place = Literal[
    "clicks",
    "pops",
    "worst_minute",
    "scratches",
    "crackle",
    "distortion",
    "dropouts",
    "skips",
    "locked_grooves",
    "groove",
    "quiet_passages",
]
"""What is looked up among the side's events and parts to say where it is: words.py"""
PLACES: tuple[Place, ...] = get_args(Place)


@dataclass(frozen=True, slots=True)
class Rule:
    """The limits of one measure."""

    measure: str
    kind: RuleKind
    unit: str
    limits: Mapping[Label, float]
    """The most that each label allows, labels in order, rising; past the last, the next label"""
    words: str
    """How a dealer would put it where no place is known, with `{value}`"""
    source: str
    """Where the limits come from"""
    spread: float = 0.0
    """Standard deviation of the measure itself: of a level in its unit, else as a share of the
    value"""
    stretch_s: float = 0.0
    """Seconds of the stretches that a share comes in"""
    place: Place | None = None
    over: str | None = None
    """Measure that this one is told relative to: it is taken off"""
    name: str | None = None
    """What the evidence calls it, if not by its measure"""
    needs: str | None = None
    """Measure without which this rule isn't asked"""
    unless: str | None = None
    """Measure with which this rule isn't asked"""
    unless_within: float | None = None
    """... if that comes within so much of this one's, in its unit, or is above it"""

    @property
    def worst(self) -> int:
        """Number of the worst label that it can give."""
        return LABELS.index(list(self.limits)[-1]) + 1

    def value(self, measurements: Mapping[str, float]) -> float | None:
        """The measure's value; None where it isn't asked for or was not measured."""
        value = measurements.get(self.measure)
        if value is None or (self.needs is not None and self.needs not in measurements):
            return None
        other = None if self.unless is None else measurements.get(self.unless)
        if other is not None and (self.unless_within is None or other > value - self.unless_within):
            return None
        if self.over is None:
            return value
        under = measurements.get(self.over)
        return None if under is None else value - under

    def index(self, value: float) -> float:
        """The grade that `value` allows, as a number; `label_of` gives its label.

        It goes evenly from each limit, which lies half-way between two labels, to the next.
        """
        return float(self.indices(np.array([value]))[0])

    def indices(self, values: Array) -> Array:
        """The same for many values."""
        return np.interp(values, *self._knots)

    def spread_of(self, value: float, heard_s: float) -> float:
        """Standard deviation of `index(value)`, after `heard_s` seconds, in steps of grade.

        Half of what `index` goes through from one standard deviation below to one above.
        """
        off = deviation(self.kind, value, heard_s, self.spread, self.stretch_s)
        return (self.index(value + off) - self.index(value - off)) / 2.0

    @property
    def _knots(self) -> tuple[list[float], list[float]]:
        """Values and the indices that they have, rising."""
        values = list(self.limits.values())
        steps = [after - before for before, after in pairwise(values)] or values
        # What can be counted is best at none; what can be below zero, a step below its first limit.
        best = 0.0 if values[0] > 0.0 else values[0] - steps[0]
        numbers = [LABELS.index(label) + 0.5 for label in self.limits]
        # Nothing worse is told apart past the last limit, so its end is the middle of a grade.
        return [best, *values, values[-1] + steps[-1]], [0.0, *numbers, numbers[-1] + 0.5]


@dataclass(frozen=True, slots=True)
class Withholding:
    """A table's own reason to give no grade."""

    measure: str
    most: float
    """Of the measure; above it the grade is withheld"""
    words: str
    """The reason, with `{value}`"""


@dataclass(frozen=True, slots=True)
class Table:
    """A scale with its rules."""

    scale: str
    version: str
    least_heard_s: float
    """Seconds of programme below which the grade is withheld"""
    most_clipped_percent: float
    """Per cent of clipped samples above which the grade is withheld"""
    most_capture_glitches_per_min: float
    """Capture glitches a minute above which the grade is withheld"""
    least_sample_rate_hz: int
    """Hertz of the source below which the grade is withheld"""
    most_unbalanced_db: float
    """Decibels between left and right above which the grade is withheld"""
    names: Mapping[Label, str]
    """Each label as the scale writes it out"""
    rules: tuple[Rule, ...]
    withheld: tuple[Withholding, ...] = ()
