"""What the grade of a side that still plays may become.

The rest of the side is drawn 4000 times from what the part that was heard tells of it, and each
draw is graded. Of events: n of them in a time t make a rate that is Gamma distributed with shape
n + 1/2 and rate t (Jeffreys' prior for Poisson's law; Gelman et al., Bayesian Data Analysis, 3rd
ed., 2.6 and 2.8), and the rest of the side has a Poisson number of them at that rate. What comes in
stretches, and what is so seldom that its coming can't be foreseen (a skip), has shape n: where
none was heard, none is to come. A level stays what it is, within its spread.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from runout.grading.grade import LABELS, Label
from runout.grading.rules import Array, Rule
from runout.grading.table import Table, grade

LEAST_S = 60.0
"""Heard less, nothing is foretold"""
SIDE_S = 1200.0
"""An LP's side"""
LEAST_SHARE = 0.05
"""A label that is less likely is left out"""
_DRAWS = 4000
"""Tells a share of 5 % to 0.35 %"""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A provisional grade, and what it may become by the side's end."""

    label: Label | None
    """Of what was heard so far; None where it is withheld: `limited_by` then says why"""
    index: float | None
    confidence: float | None
    """Probability that the whole side will have this label"""
    may_become: tuple[Label, ...]
    """Labels that the whole side may have, best first: `label` too, if it may stay"""
    limited_by: str


def outlook(
    measurements: Mapping[str, float],
    heard_s: float,
    table: Table,
    side_s: float = SIDE_S,
    *,
    sample_rate: int,
) -> Outlook:
    """Grade what was heard so far, and tell what a side of `side_s` seconds may come to.

    Arguments as of `grade`. The same measurements give the same answer.
    """
    if heard_s < LEAST_S:
        reason = f"{heard_s:.0f} s of music were heard; a provisional grade needs {LEAST_S:g} s"
        return Outlook(None, None, None, (), reason)
    so_far = grade(measurements, heard_s, sample_rate, table)
    if so_far.label is None:
        return Outlook(None, None, None, (), so_far.limited_by)
    rng = np.random.default_rng(0)
    indices = np.zeros(_DRAWS)
    for rule in table.rules:
        value = rule.value(measurements)
        if value is not None:
            whole = _whole(rule, value, heard_s, max(side_s - heard_s, 0.0), rng)
            np.maximum(indices, rule.indices(whole), out=indices)
    labels = np.ceil(indices - 0.5).astype(int)
    shares = np.bincount(labels, minlength=len(LABELS)) / _DRAWS
    return Outlook(
        label=so_far.label,
        index=so_far.index,
        confidence=float(shares[LABELS.index(so_far.label)]),
        may_become=tuple(
            label for label, share in zip(LABELS, shares, strict=True) if share >= LEAST_SHARE
        ),
        limited_by=so_far.limited_by,
    )


def _whole(
    rule: Rule, value: float, heard_s: float, rest_s: float, rng: np.random.Generator
) -> Array:
    """Draws of a measure's value over the whole side, heard and still to come."""
    errors = rule.spread * rng.standard_normal(_DRAWS)
    if rule.kind == "level":
        return value + errors
    side_s = heard_s + rest_s
    if rule.kind == "count":
        return value + _to_come(value, heard_s, rest_s, rng)
    if rule.kind == "worst":
        # What there was remains; a worse one isn't foreseen but by the rate of clicks.
        return np.maximum(value * (1.0 + errors), 0.0)
    if rule.kind == "rate":
        number = value * heard_s / 60.0
        more = _to_come(number + 0.5, heard_s, rest_s, rng)
        told = (number + more) * 60.0 / side_s
    else:
        number = value / 100.0 * heard_s / rule.stretch_s
        more_s = rule.stretch_s * _to_come(number, heard_s, rest_s, rng)
        told = 100.0 * (value / 100.0 * heard_s + np.minimum(more_s, rest_s)) / side_s
    return np.maximum(told * (1.0 + errors), 0.0)


def _to_come(shape: float, heard_s: float, rest_s: float, rng: np.random.Generator) -> Array:
    """Draws of how many come in `rest_s`, of which there were about `shape` in `heard_s`."""
    rates = rng.gamma(shape, 1.0 / heard_s, _DRAWS) if shape > 0.0 else np.zeros(_DRAWS)
    return rng.poisson(rates * rest_s).astype(np.float64)
