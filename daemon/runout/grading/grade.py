"""What a grade is."""

from dataclasses import dataclass
from typing import Literal

Label = Literal["NM", "VG+", "VG", "G+", "G", "F", "P"]
LABELS: tuple[Label, ...] = ("NM", "VG+", "VG", "G+", "G", "F", "P")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measure and the grade that it alone would allow."""

    measure: str
    value: float
    unit: str
    grade: Label


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
