"""What is said of a side while it plays and when it has ended."""

from dataclasses import dataclass, field
from typing import Literal

from runout.defects.event import Event, Kind
from runout.grading.grade import Grade
from runout.grading.outlook import Outlook
from runout.measure.tracks import TrackMeasured
from runout.model.sensitivity import Sensitivity
from runout.opinion.opinion import Opinion
from runout.side.tracks import Part, PartName

SidePhase = Literal["idle", "needle_down", "playing"]


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which model heard it."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SideStarted:
    """The needle went down."""

    side_id: str
    time_s: float
    """Seconds from the start of the source"""
    landed: bool = True
    """False where it was in the groove before: somebody said that another side begins"""


@dataclass(frozen=True, slots=True)
class DefectHeard:
    """A defect as it goes out live: an impulse at once, an episode as its begin and its end."""

    side_id: str
    phase: Literal["single", "begin", "end"]
    event: Event


@dataclass(frozen=True, slots=True)
class LiveState:
    """The live sensors."""

    phase: SidePhase
    side_id: str | None
    """None while no side plays"""
    elapsed_s: float
    """Seconds since the needle went down; 0 while idle"""
    level_db: tuple[float, float]
    """dBFS RMS of left and right over the last step"""
    counts: dict[Kind, int]
    """Defects of this side so far"""
    clicks_per_min: float
    """Clicks and pops over the last minute of this side"""
    part: PartName = "needle_up"
    """Finer than the phase; told with a delay, and told again at the side's end"""
    track: int | None = None
    """Number of the track that plays, from 1; None while none does"""
    outlook: Outlook | None = None
    """The provisional grade, and what it may become; None while too little was heard"""
    sensitivity: Sensitivity = "normal"
    """How keenly it is listened"""
    clipped_percent: float = 0.0
    """Of the samples of this side, so far"""
    measurements: dict[str, float] = field(default_factory=dict)
    """Of this side so far, by name as at its end; told anew every 15 s"""


@dataclass(frozen=True, slots=True)
class SideEnded:
    """A finished side with its grade."""

    side_id: str
    time_s: float
    """Seconds from the start of the source to the needle-down"""
    duration_s: float
    """Seconds"""
    heard_s: float
    """Seconds of it that were programme"""
    sample_rate: int
    """Hertz, of the source"""
    rpm: float | None
    """Revolutions a minute, or None where nothing told it"""
    grade: Grade
    counts: dict[Kind, int]
    measurements: dict[str, float]
    """By name, the unit in the name: `surface_noise_db`"""
    events: tuple[Event, ...]
    model: ModelId
    parts: tuple[Part, ...] = ()
    """From the needle-down to the end, in order and without holes"""
    tracks: tuple[TrackMeasured, ...] = ()
    """Each track by itself, in order"""
    opinion: Opinion | None = None
    """What a model that learnt from people's own labels would have called it, where one is used"""


Heard = SideStarted | DefectHeard | SideEnded
"""What the line hands on as it listens, in order of time."""
