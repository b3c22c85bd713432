"""What a side adds up to: its events, counts and measurements."""

from bisect import bisect
from collections import Counter, deque
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runout.defects.crackle import CrackleEnded
from runout.defects.event import Channel, Event, Kind
from runout.side.cuts import Spans, covered_s, outside
from runout.side.weighed import weighed

_QUIET_S = 1.0
"""A quiet part is at least this long"""
_WHOLE = 0.99
"""Of a step: less was cut short"""
_QUIET_BELOW_DB = -20.0
"""... and this far below the programme; anything louder is the music itself"""
_COUNTED: dict[str, Kind] = {"skips": "skip", "locked_grooves": "locked_groove"}
"""Measures that are mere counts, by the kind counted"""
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
        self._unrated: Spans = ()
        self._unrated_s = 0.0
        self._inferred: set[str] = set()

    def sound(self, levels_db: tuple[float, float], step_s: float, playing: bool) -> None:
        """Take a step of sound by the level of left and right in dBFS."""
        # The louder channel: one that is dead must not make the other unheard.
        level_db = max(levels_db)
        for row, level in enumerate(levels_db):
            self._energy[row] += step_s * 10.0 ** (level / 10.0)
        self._seconds += step_s
        self.heard_s += step_s * playing
        # The last step of a sound may be cut short: no level to compare with others.
        if step_s >= _WHOLE * self._step_s:
            self._step_s = step_s
            self._levels.append(level_db)

    def passed_over(self, seconds: float) -> None:
        """Take sound that was heard before it was certain that the needle was down."""
        self._seconds += seconds

    def add(self, event: Event) -> None:
        """Take an event."""
        self.events.append(event)
        self.counts[event.kind] += 1
        if event.kind in ("click", "pop"):
            self._recent.append(event.time_s)

    def infer(self, event: Event) -> None:
        """Take a click or pop that only its scratch tells, where it belongs in order of time."""
        place = len(self.events)
        for index in range(len(self.events) - 1, -1, -1):
            other = self.events[index]
            # An episode is added as it ends, with the time of its beginning.
            if other.kind not in ("click", "pop"):
                continue
            if other.time_s <= event.time_s:
                break
            place = index
        self.events.insert(place, event)
        self.counts[event.kind] += 1
        self._inferred.add(event.id)
        self._recent.insert(bisect(self._recent, event.time_s), event.time_s)

    def join(self, episode: str, impulses: int) -> None:
        """Make the last `impulses` clicks and pops part of an episode, those inferred left out."""
        for index in range(len(self.events) - 1, -1, -1):
            if impulses == 0:
                break
            event = self.events[index]
            if event.kind in ("click", "pop") and event.id not in self._inferred:
                # What a scratch has claimed stays its own.
                if event.part_of is None:
                    self.events[index] = replace(event, part_of=episode)
                impulses -= 1

    def claim(self, episode: str, impulses: Collection[str]) -> None:
        """Make the clicks and pops with these ids part of an episode, from crackle if need be."""
        wanted = set(impulses)
        for index in range(len(self.events) - 1, -1, -1):
            if not wanted:
                break
            if self.events[index].id in wanted:
                wanted.remove(self.events[index].id)
                self.events[index] = replace(self.events[index], part_of=episode)

    def crackled(self, episode: Event, ended: CrackleEnded) -> Event:
        """A crackle episode, told by the impulses in it."""
        members = [
            event for event in self.events[-2 * ended.ticks - 1 :] if event.part_of == episode.id
        ]
        return replace(
            self.summed(episode, members),
            time_s=ended.start_s,
            duration_s=ended.end_s - ended.start_s,
            rate_per_s=ended.rate_per_s,
        )

    def members(self, episode: str, since_s: float) -> list[Event]:
        """The impulses of an episode that began at `since_s`, in order of time."""
        found = []
        for event in reversed(self.events):
            # An episode is added as it ends, with the time of its beginning.
            if event.time_s < since_s and event.kind in ("click", "pop"):
                break
            if event.part_of == episode:
                found.append(event)
        return found[::-1]

    def near(self, times_s: npt.NDArray[np.float64], within_s: float) -> list[Event]:
        """Impulses that begin within `within_s` of one of some rising times.

        Capture glitches too: where a needle jumps, the sound has the same seam.
        """
        found = []
        for event in reversed(self.events):
            if event.kind not in ("click", "pop", "capture_glitch"):
                continue
            if event.time_s < times_s[0] - within_s:
                break
            if np.abs(times_s - event.time_s).min() <= within_s:
                found.append(event)
        return found[::-1]

    def summed(self, episode: Event, members: Sequence[Event]) -> Event:
        """An episode with the wall, level and confidence of the impulses in it, where any are."""
        if not members:
            return episode
        channels = Counter(event.channel for event in members)
        return replace(
            episode,
            channel=channels.most_common(1)[0][0],
            peak_db=float(np.median([event.peak_db for event in members])),
            confidence=float(np.mean([event.confidence for event in members])),
            audible_db=_median([event.audible_db for event in members]),
        )

    def cut(self, end_s: float) -> None:
        """Take back what was heard from `end_s` on: it was the needle's being lifted."""
        kept = [event for event in self.events if event.time_s < end_s]
        self.events = kept
        self.counts = Counter(event.kind for event in kept)

    def leave_out(self, spans_s: Spans) -> None:
        """Take back what lies within some spans: the needle was being handled."""
        self.events = outside(self.events, spans_s)
        self.counts = Counter(event.kind for event in self.events)

    def leave_unrated(self, spans_s: Spans, seconds: float) -> None:
        """Say within which spans nothing makes a rate or a grade, and for how long it was heard.

        The run-out ticks by its nature, once a turn: that is told, but not rated.
        """
        self._unrated = spans_s
        self._unrated_s = seconds

    def clicks_per_min(self, now_s: float, since_s: float) -> float:
        """Clicks and pops a minute over the last minute, or since the side began."""
        while self._recent and self._recent[0] < now_s - _LIVE_S:
            self._recent.popleft()
        heard = min(_LIVE_S, now_s - since_s)
        return len(self._recent) * 60.0 / heard if heard >= 1.0 else 0.0

    def measurements(self, ongoing: Sequence[Event] = ()) -> dict[str, float]:
        """By name, units in the names; those that the side gave no ground for are left out.

        `ongoing` are the episodes that are on, as far as they were heard.
        """
        seconds = self._seconds - self._unrated_s
        rated = outside([*self.events, *ongoing], self._unrated)
        counts = Counter(event.kind for event in rated)
        single = [event for event in rated if event.part_of is None]
        clicks = sum(event.kind == "click" for event in single)
        pops = sum(event.kind == "pop" for event in single)
        glitches = sum(event.kind == "capture_glitch" for event in single)
        crackle = [event for event in single if event.kind == "crackle"]
        crackle_s = sum(event.duration_s for event in crackle)
        minutes = max(seconds, 1.0) / 60.0
        measured = {
            "clicks_per_min": clicks / minutes,
            "pops_per_min": pops / minutes,
            "clicks_left_per_min": _on_wall(single, "left") / minutes,
            "clicks_right_per_min": _on_wall(single, "right") / minutes,
            "crackle_percent": min(100.0, 100.0 * crackle_s / max(seconds, 1.0)),
            "dropouts_per_min": counts["dropout"] / minutes,
            "distorted_percent": min(
                100.0, 100.0 * covered_s(_of_kind(rated, "distortion")) / max(seconds, 1.0)
            ),
            "capture_glitches_per_min": glitches / minutes,
            "scratched_percent": min(
                100.0, 100.0 * covered_s(_of_kind(rated, "scratch")) / max(seconds, 1.0)
            ),
        }
        measured |= weighed(rated, 60.0 * minutes)
        for measure, kind in _COUNTED.items():
            # A side that never jumps gives no ground to speak of the grades that jumps make.
            if counts[kind]:
                measured[measure] = float(counts[kind])
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


def _on_wall(events: Sequence[Event], wall: Channel) -> int:
    """Clicks that a wall carries, alone or with the other."""
    return sum(event.kind == "click" and event.channel in (wall, "both") for event in events)


def _median(levels_db: Sequence[float | None]) -> float | None:
    """Of those that were told; None where none were."""
    told = [level for level in levels_db if level is not None]
    return float(np.median(told)) if told else None


def _of_kind(events: Sequence[Event], kind: Kind) -> list[Event]:
    return [event for event in events if event.kind == kind]


def _quietest(levels: npt.NDArray[np.float64], steps: int) -> float:
    """Mean power level in dB of the quietest `steps` in a row."""
    if len(levels) < steps:
        return float(levels.max())
    sums = np.concatenate(([0.0], np.cumsum(10.0 ** (levels / 10.0))))
    return float(10.0 * np.log10((sums[steps:] - sums[:-steps]).min() / steps))
