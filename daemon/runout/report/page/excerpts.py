"""The worst defects of a side, to be heard: two seconds each, the defect in the middle."""

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soundfile
import soxr

from runout.defects.event import Event
from runout.report.page.scan import Cut
from runout.side.side import SideEnded
from runout.source.block import Samples

MOST = 8
LENGTH_S = 2.0
_APART_S = 1.0
"""Two defects nearer than this are heard in one excerpt"""
_PER_EPISODE = 3
"""Excerpts of one scratch or one stretch of crackle: its ticks are all alike"""
_HIGHEST_RATE = 48_000
"""Hertz; more isn't heard, and makes the page large"""
_FADE_S = 0.01
"""A cut in the sound is a click by itself"""
_MOST_BYTES = 2_300_000
"""Of FLAC in all: a page of some 4 MB can be mailed"""
_POINTS = 400
"""Of an excerpt's waveform"""

_JUMPS = ("skip", "locked_groove")
_NOT_THE_RECORDS = ("capture_glitch", "clipping")
_EPISODES = ("scratch", "crackle")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A defect with the sound around it."""

    event: Event
    start_s: float
    """Seconds from the start of the file to the excerpt's"""
    length_s: float
    """Seconds"""
    flac: bytes
    peak: tuple[float, ...]
    """Of its waveform, full scale at 1"""

    @property
    def data(self) -> str:
        """The sound in base64."""
        return base64.b64encode(self.flac).decode("ascii")

    @property
    def marker(self) -> float:
        """Where the defect begins, 0 to 1 of the excerpt's length."""
        return min(1.0, max(0.0, (self.event.time_s - self.start_s) / self.length_s))


def worst(side: SideEnded) -> tuple[Event, ...]:
    """Return the defects that are heard most, the worst first, at most MOST.

    Jumps of the needle come first. Of a scratch or of crackle its loudest ticks stand for it.
    What the music masks isn't heard, and what the capture did isn't the record's.
    """
    own = [event for event in side.events if event.kind not in _NOT_THE_RECORDS]
    ticks = {event.part_of for event in own}
    # An episode whose ticks are all told speaks through them.
    found = [
        event
        for event in own
        if _is_heard(event) and not (event.kind in _EPISODES and event.id in ticks)
    ]
    chosen: list[Event] = []
    for event in sorted(found, key=_loudness, reverse=True):
        near = any(abs(event.time_s - other.time_s) < _APART_S for other in chosen)
        alike = event.part_of is not None and (
            sum(other.part_of == event.part_of for other in chosen) >= _PER_EPISODE
        )
        if not near and not alike:
            chosen.append(event)
        if len(chosen) == MOST:
            break
    return tuple(chosen)


def _is_heard(event: Event) -> bool:
    return event.audible_db is None or event.audible_db > 0.0


def _loudness(event: Event) -> tuple[int, float, float]:
    """What defects are ranked by; those of unknown level come last, the longest first."""
    level = event.peak_db if event.audible_db is None else event.audible_db
    rank = 2 if event.kind in _JUMPS else int(math.isfinite(level))
    return rank, level if math.isfinite(level) else 0.0, event.duration_s


def cut_of(event: Event, rate: int, frames: int) -> Cut:
    """Return where in a file of `frames` frames at `rate` hertz a defect's excerpt lies."""
    length = min(frames, round(LENGTH_S * rate))
    start = round(event.time_s * rate) - length // 2
    start = max(0, min(start, frames - length))
    return Cut(start, start + length)


def excerpts_of(
    events: Sequence[Event], cuts: Sequence[Cut], sounds: Sequence[Samples], rate: int
) -> tuple[Excerpt, ...]:
    """Return excerpts of the sounds at `rate` hertz, (frames, 2) each, as many as have room."""
    excerpts, size = [], 0
    for event, cut, sound in zip(events, cuts, sounds, strict=True):
        flac = _flac(sound, rate)
        size += len(flac)
        if size > _MOST_BYTES:
            break
        excerpts.append(Excerpt(event, cut.start / rate, len(sound) / rate, flac, _waveform(sound)))
    return tuple(excerpts)


def _flac(sound: Samples, rate: int) -> bytes:
    """The sound in 16 bits, with soft ends; in one channel where both are the same."""
    soft = sound.copy()
    fade = min(round(_FADE_S * rate), len(soft) // 2)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)[:, None]
    soft[:fade] *= ramp
    soft[len(soft) - fade :] *= ramp[::-1]
    if np.array_equal(soft[:, 0], soft[:, 1]):
        soft = soft[:, :1]
    if rate > _HIGHEST_RATE:
        lower = 44_100 if rate % 44_100 == 0 else _HIGHEST_RATE
        soft, rate = np.asarray(soxr.resample(soft, rate, lower)), lower
    file = io.BytesIO()
    soundfile.write(file, np.clip(soft, -1.0, 1.0), rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def _waveform(sound: Samples) -> tuple[float, ...]:
    loud = np.abs(sound).max(axis=1)
    edges = np.linspace(0, len(loud), min(_POINTS, len(loud)), endpoint=False).astype(np.int64)
    return tuple(float(value) for value in np.maximum.reduceat(loud, edges))
