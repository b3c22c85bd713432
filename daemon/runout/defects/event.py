"""A defect that was heard."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "click",
    "pop",
    "scratch",
    "crackle",
    "skip",
    "locked_groove",
    "dropout",
    "distortion",
    "clipping",
    "capture_glitch",
]
Channel = Literal["left", "right", "both"]


@dataclass(frozen=True, slots=True)
class Event:
    """One defect: a single impulse, or an episode that impulses are part of."""

    id: str
    """Unique within the side"""
    time_s: float
    """Seconds from the start of the source to where the defect begins"""
    duration_s: float
    """Seconds"""
    kind: Kind
    channel: Channel
    """The groove wall that carries it"""
    peak_db: float
    """Decibels over the local programme level"""
    confidence: float
    """0 to 1"""
    part_of: str | None = None
    """Id of the episode that this impulse belongs to"""
    rate_per_s: float | None = None
    """Crackle only: impulses a second"""
