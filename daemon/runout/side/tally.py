"""What a side adds up to: its events, counts and measurements."""

from collections import Counter, deque
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runout.defects.crackle import CrackleEnded
from runout.defects.event import Event, Kind

_LOUD_DB = 20.0
"""A click this far over the programme makes one start"""
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
        self._seconds = 0.0
        self._energy = [0.0, 0.0]
        self.heard_s = 0.0
        """Seconds of programme"""

    def sound(self, levels_db: tuple[float, float], step_s: float, playing: bool) -> None:
        """Take a step of sound by the level of left and right in dBFS."""
        # The louder channel: one that is dead must not make the other unheard.
        level_db = max(levels_db)
        for row, level in enumerate(levels_db):
            self._energy[row] += step_s * 10.0 ** (level / 10.0)
        self._seconds += step_s
        self.heard_s += step_s * playing
        # The last step of a sound may be cut short: no level to compare with others.
        if step_s >= self._step_s:
            self._step_s = step_s
            self._levels.append(level_db)

    def add(self, event: Event) -> None:
        """Take an event."""
        self.events.append(event)
        self.counts[event.kind] += 1
        if event.kind in ("click", "pop"):
            self._recent.append(event.time_s)

    def join(self, episode: str, impulses: int) -> None:
        """Make the last `impulses` clicks and pops part of an episode."""
        for index in range(len(self.events) - 1, -1, -1):
            if impulses == 0:
                break
            if self.events[index].kind in ("click", "pop"):
                self.events[index] = replace(self.events[index], part_of=episode)
                impulses -= 1

    def close_episode(self, episode: Event, ended: CrackleEnded) -> Event:
        """Add a crackle episode that is over, told by the impulses in it; return it."""
        members = [
            event for event in self.events[-2 * ended.ticks - 1 :] if event.part_of == episode.id
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

    def cut(self, end_s: float) -> None:
        """Take back what was heard from `end_s` on: it was the needle's being lifted."""
        kept = [event for event in self.events if event.time_s < end_s]
        self.events = kept
        self.counts = Counter(event.kind for event in kept)

    def clicks_per_min(self, now_s: float, since_s: float) -> float:
        """Clicks and pops a minute over the last minute, or since the side began."""
        while self._recent and self._recent[0] < now_s - _LIVE_S:
            self._recent.popleft()
        heard = min(_LIVE_S, now_s - since_s)
        return len(self._recent) * 60.0 / heard if heard >= 1.0 else 0.0

    def measurements(self) -> dict[str, float]:
        """By name, units in the names; those that the side gave no ground for are left out."""
        seconds = self._seconds
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
        }
        if crackle:
            ticks = sum((event.rate_per_s or 0.0) * event.duration_s for event in crackle)
            measured["crackle_rate_per_s"] = ticks / crackle_s
        left, right = self._energy
        if left > 0.0 and right > 0.0:
            measured["channel_balance_db"] = 10.0 * float(np.log10(left / right))
        levels = np.array(self._levels)
        if len(levels):
            programme = float(np.percentile(levels, 95))
            measured["programme_dbfs"] = programme
            quiet = _quietest(levels, round(_QUIET_S / self._step_s)) - programme
            if quiet <= _QUIET_BELOW_DB:
                measured["surface_noise_db"] = quiet
        return measured


def _quietest(levels: npt.NDArray[np.float64], steps: int) -> float:
    """Mean power level in dB of the quietest `steps` in a row."""
    if len(levels) < steps:
        return float(levels.max())
    sums = np.concatenate(([0.0], np.cumsum(10.0 ** (levels / 10.0))))
    return float(10.0 * np.log10((sums[steps:] - sums[:-steps]).min() / steps))
