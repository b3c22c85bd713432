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
    """Decibels over the local programme level; NaN where there is no peak: a dropout, say"""
    confidence: float
    """0 to 1"""
    part_of: str | None = None
    """Id of the episode that this impulse belongs to"""
    rate_per_s: float | None = None
    """Crackle only: ticks a second, estimated, those under the music included"""
    rpm: float | None = None
    """Scratch, skip and locked groove only: revolutions a minute, as measured"""
    turns: int | None = None
    """Scratch: grooves crossed. Skip: grooves jumped, negative where back. Locked groove: times
    that the turn was heard again"""
    angle_deg: float | None = None
    """Scratch only: degrees, 0 to 360, of the platter's turning from the needle-down to its first
    impulse"""
    drift_deg_per_turn: float | None = None
    """Scratch only: degrees that it runs askew from one groove to the next; negative: earlier"""
    track: int | None = None
    """Number of the side's track that it is in, from 1, told at the side's end; None: in none"""
    audible_db: float | None = None
    """Over its threshold of being heard amid the music, decibels; negative: masked. An episode's is
    the median of its impulses'. None where that wasn't told"""
