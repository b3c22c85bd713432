"""What a grade is."""

import math
from dataclasses import dataclass
from typing import Literal

Label = Literal["NM", "VG+", "VG", "G+", "G", "F", "P"]
LABELS: tuple[Label, ...] = ("NM", "VG+", "VG", "G+", "G", "F", "P")


def label_of(index: float) -> Label:
    """Return the label of a grade as a number; what lies just between two is the better one."""
    return LABELS[math.ceil(index - 0.5)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measure and the grade that it alone would allow."""

    measure: str
    value: float
    unit: str
    grade: Label
    index: float
    """The grade as a number"""
    spread: float
    """Standard deviation of `index`, in steps of grade"""


@dataclass(frozen=True, slots=True)
class Grade:
    """A play grade on a scale, with the evidence for it."""

    scale: str
    label: Label | None
    """None when the grade is withheld; `limited_by` then says why"""
    index: float | None
    """NM 0, VG+ 1, VG 2, G+ 3, G 4, F 5, P 6, with fractions"""
    probabilities: dict[Label, float]
    limited_by: str
    """The limiting rule in a dealer's words"""
    evidence: tuple[Evidence, ...]
    table_version: str
    confidence: float | None
    """Probability of the label; None when withheld"""
    reason: str
    """The label and all that limits it, in a dealer's words"""
    name: str | None = None
    """The label as the scale writes it out; None when withheld"""
