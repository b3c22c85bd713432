"""Ticks: impulses as far as scratches go, and which of them may be of one scratch."""

from collections.abc import Sequence
from dataclasses import dataclass

from runout.defects.event import Channel

_ALIKE_DB = 20.0
"""Impulses of one scratch are within this of one another: as the music swells, they stand less
over it"""


@dataclass(frozen=True, slots=True)
class Tick:
    """An impulse as far as scratches go."""

    id: str
    time_s: float
    channel: Channel
    peak_db: float
    doubtful: bool = False
    """Not told, unless it is one of a scratch"""


def alike(one: Tick, other: Tick) -> bool:
    """Whether two impulses may be of one scratch: the same wall, about the same level."""
    near = abs(one.peak_db - other.peak_db) <= _ALIKE_DB
    return near and (one.channel == other.channel or "both" in (one.channel, other.channel))


def wall(ticks: Sequence[Tick]) -> Channel:
    """The wall that most of them are on."""
    channels = [tick.channel for tick in ticks]
    return max(set(channels), key=channels.count)
