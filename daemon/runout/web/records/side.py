"""A side as it is listed."""

from dataclasses import dataclass
from typing import Literal, get_args

from runout.web.records.label import Label

Source = Literal["ear", "upload", "microphone"]
"""How it was heard: by the box's ear, as a file that was handed in, or recorded in the page"""
SOURCES: tuple[str, ...] = get_args(Source)


@dataclass(frozen=True, slots=True)
class GradeTold:
    """A grade without its evidence."""

    label: str | None
    """None where it is withheld: `limited_by` says why"""
    index: float | None
    """NM 0, VG+ 1, VG 2, G+ 3, G 4, F 5, P 6, with fractions"""
    reason: str
    limited_by: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a side."""

    side_id: str
    record: str | None
    """Key of all plays of this record's side; None until it is labelled so far"""
    started_at: str
    """ISO 8601, UTC"""
    source: Source
    name: str | None
    """Of the file, where it was one"""
    duration_s: float | None
    """Seconds; None while it plays"""
    rpm: float | None
    grade: GradeTold
    counts: dict[str, int]
    """Defects by kind"""
    label: Label
    has_sound: bool
    """Whether its sound is kept and can be played"""
