"""What a side adds up to: its events, counts and measurements."""

from collections import Counter, deque
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runout.defects.crackle import CrackleEnded
from runout.defects.event import Event, Kind

Array = npt.NDArray[np.float32]

_LOUD_DB = 20.0
"""A click this far over the programme makes one start"""
_FULL_SCALE = 0.9995
"""At or over this a sample may be clipped"""
_CLIP_RUN = 3
"""... and is, if so many in a row are"""
_QUIET_S = 1.0
"""A quiet part is at least this long"""
_QUIET_BELOW_DB = -20.0
"""... and this far below the programme; anything louder is the music itself"""
_LIVE_S = 60.0
"""Clicks a minute are told over this long"""


class Tally:
    """Gathers one side."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.counts: Counter[Kind] = Counter()
        self._recent: deque[float] = deque()
        self._levels: list[float] = []
        self._step_s = 0.0
        self._heard_steps = 0
        self._samples = 0
        self._clipped = 0
        self._peak = 0.0

    @property
    def heard_s(self) -> float:
        """Seconds of programme."""
        return self._heard_steps * self._step_s

    def sound(self, audio: Array, level_db: float, step_s: float, playing: bool) -> None:
        """Take a step of sound, (2, samples), and its level."""
        self._step_s = step_s
        self._levels.append(level_db)
        self._heard_steps += playing
        magnitude = np.abs(audio)
        peak = float(magnitude.max())
        self._peak = max(self._peak, peak)
        self._samples += audio.size
        if peak >= _FULL_SCALE:
            self._clipped += _clipped(magnitude)

    def add(self, event: Event) -> None:
        """Take an event."""
        self.events.append(event)
        self.counts[event.kind] += 1
        if event.kind in ("click", "pop"):
            self._recent.append(event.time_s)

    def join(self, episode: str, impulses: int) -> None:
        """Make the last `impulses` clicks and pops part of an episode that they turned out to be."""
        for index in range(len(self.events) - 1, -1, -1):
            if impulses == 0:
                break
            if self.events[index].kind in ("click", "pop"):
                self.events[index] = replace(self.events[index], part_of=episode)
                impulses -= 1

    def close_episode(self, episode: Event, ended: CrackleEnded) -> Event:
        """Add a crackle episode that is over, told by the impulses in it; return it."""
        members = [
            event
            for event in self.events[-2 * ended.ticks - 1 :]
            if event.part_of == episode.id
        ]
        channels = Counter(event.channel for event in members)
        closed = replace(
            episode,
            time_s=ended.start_s,
            duration_s=ended.end_s - ended.start_s,
            channel=channels.most_common(1)[0][0],
            peak_db=float(np.median([event.peak_db for event in members])),
            confidence=float(np.mean([event.confidence for event in members])),
            rate_per_s=ended.rate_per_s,
        )
        self.add(closed)
        return closed

    def clicks_per_min(self, now_s: float, since_s: float) -> float:
        """Clicks and pops a minute over the last minute, or since the side began."""
        while self._recent and self._recent[0] < now_s - _LIVE_S:
            self._recent.popleft()
        heard = min(_LIVE_S, now_s - since_s)
        return len(self._recent) * 60.0 / heard if heard >= 1.0 else 0.0

    def measurements(self) -> dict[str, float]:
        """By name, units in the names; those that the side gave no ground for are left out."""
        seconds = len(self._levels) * self._step_s
        single = [event for event in self.events if event.part_of is None]
        clicks = sum(event.kind == "click" for event in single)
        pops = sum(event.kind == "pop" for event in single)
        loud = sum(event.kind in ("click", "pop") and event.peak_db >= _LOUD_DB for event in single)
        crackle = [event for event in single if event.kind == "crackle"]
        crackle_s = sum(event.duration_s for event in crackle)
        minutes = max(seconds, 1.0) / 60.0
        measured = {
            "clicks_per_min": clicks / minutes,
            "pops_per_min": pops / minutes,
            "loud_clicks_per_min": loud / minutes,
            "crackle_percent": min(100.0, 100.0 * crackle_s / max(seconds, 1.0)),
            "clipped_percent": 100.0 * self._clipped / max(self._samples, 1),
            "peak_dbfs": 20.0 * float(np.log10(max(self._peak, 1e-6))),
        }
        if crackle:
            ticks = sum((event.rate_per_s or 0.0) * event.duration_s for event in crackle)
            measured["crackle_rate_per_s"] = ticks / crackle_s
        levels = np.array(self._levels)
        if len(levels):
            programme = float(np.percentile(levels, 95))
            measured["programme_dbfs"] = programme
            quiet = _quietest(levels, round(_QUIET_S / self._step_s)) - programme
            if quiet <= _QUIET_BELOW_DB:
                measured["surface_noise_db"] = quiet
        return measured


def _clipped(magnitude: Array) -> int:
    """Samples in runs of `_CLIP_RUN` or more at full scale."""
    full = magnitude >= _FULL_SCALE
    core = full[:, : -_CLIP_RUN + 1].copy()
    for shift in range(1, _CLIP_RUN):
        core &= full[:, shift : full.shape[1] - _CLIP_RUN + 1 + shift]
    runs = np.zeros_like(full)
    for shift in range(_CLIP_RUN):
        runs[:, shift : shift + core.shape[1]] |= core
    return int(runs.sum())


def _quietest(levels: npt.NDArray[np.float64], steps: int) -> float:
    """Mean power level in dB of the quietest `steps` in a row."""
    if len(levels) < steps:
        return float(levels.max())
    sums = np.concatenate(([0.0], np.cumsum(10.0 ** (levels / 10.0))))
    return float(10.0 * np.log10((sums[steps:] - sums[:-steps]).min() / steps))
