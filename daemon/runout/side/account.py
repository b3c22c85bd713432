"""Keeps account of a side's defects: from impulses and turns to the events that are told."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout.defects.crackle import CrackleBegan, CrackleEnded, CrackleTracker
from runout.defects.event import Event
from runout.defects.faint import where_due
from runout.defects.impulse import Impulse
from runout.defects.passage import Passage
from runout.defects.scratch import Began, Ended, Joined, Scratch, ScratchTracker
from runout.defects.tick import Tick
from runout.defects.turns import Jump, LockBegan, LockEnded, Skipped, TurnTracker
from runout.side.doubts import Doubts
from runout.side.holes import Holes
from runout.side.loop import LoopTicks
from runout.side.side import DefectHeard
from runout.side.tally import Tally

Array = npt.NDArray[np.float32]

_RUN_OUT_S = 3.0
"""Without music for so long, what ticks is the lead-out: its groove closes on itself"""
_FLIGHT_S = 0.3
"""Music that is heard so long after a jump is not the last of what was before it"""
_SHOCK_S = 0.03
"""Impulses this near to a jump are the shock of it"""


class Account:
    """The defects of one side, in order of time; each goes into its tally and is told once.

    An impulse is told at once, unless it belongs to an episode that is on: that speaks for it.
    """

    def __init__(self, side_id: str, start_s: float, rate: int, cell_s: float) -> None:
        """The side begins at `start_s`; impulses count samples at `rate` hertz."""
        self._side_id = side_id
        self._start_s = start_s
        self._rate = rate
        self._cell_s = cell_s
        self.tally = Tally()
        self.programme_s = start_s
        """Until when programme was heard, told by whoever feeds the sound"""
        self._crackle = CrackleTracker()
        self._episode: Event | None = None
        self._scratches = ScratchTracker(start_s)
        self._scratch_ids: dict[int, str] = {}
        self._doubts = Doubts()
        self._turns: TurnTracker | None = None
        self._lock: Event | None = None
        self._turn_periods: list[float] = []
        self._numbered = 0
        self._loop = LoopTicks()
        self._holes = Holes(rate)

    @property
    def closed_s(self) -> float:
        """From when on the run-out is known to close on itself; infinity where it isn't."""
        since_s = self._loop.since_s
        return since_s if since_s >= self.programme_s else math.inf

    @property
    def rpm(self) -> float | None:
        """Revolutions a minute, where scratches or the needle's jumps told them."""
        if self._turn_periods:
            return 60.0 / float(np.median(self._turn_periods))
        return self._scratches.rpm

    def sound(self, audio: Array, scores: Array, start_s: float) -> Iterator[DefectHeard]:
        """Take sound (2, samples) from `start_s` on, with its cells' scores of an impulse."""
        if self._turns is None:
            self._turns = TurnTracker(self._rate, start_s, self._cell_s)
        self._crackle.scores(scores, start_s, self._cell_s)
        self._scratches.scores(scores, start_s, self._cell_s)
        yield from self._jumps(self._turns.feed(audio, scores))
        now_s = start_s + len(scores) * self._cell_s
        yield from map(self._passage, self._holes.told(self.programme_s, now_s))

    def impulse(self, impulse: Impulse) -> Iterator[DefectHeard]:
        """Take the next impulse; one that is doubtful is told only if it is one of a scratch."""
        time_s = impulse.start / self._rate
        yield from self.passed(time_s)
        if impulse.kind == "capture_glitch":
            # Of the cable, not of the record: part of nothing.
            glitch = replace(self._event(impulse), part_of=None)
            self.tally.add(glitch)
            yield DefectHeard(self._side_id, "single", glitch)
            return
        if not impulse.doubtful and time_s > self.programme_s + _RUN_OUT_S:
            if self._loop.since_s < self.programme_s:
                self._loop = LoopTicks()
            self._loop.tick(time_s)
        began = None if impulse.doubtful else self._crackle.impulse(time_s)
        event = self._event(impulse)
        trained = self._trained(event, impulse.doubtful)
        if isinstance(trained, Joined):
            event = replace(event, part_of=self._scratch_ids[trained.number])
        if not impulse.doubtful:
            self.tally.add(event)
        elif event.part_of is None:
            self._doubts.add(event)
        else:
            self.tally.infer(event)
        if isinstance(trained, Began):
            yield self._scratch_began(trained)
        elif event.part_of is None and not impulse.doubtful:  # else the episode speaks for it
            yield DefectHeard(self._side_id, "single", event)
        if began is not None:
            yield self._crackle_began(began, event)

    def passage(self, passage: Passage) -> Iterator[DefectHeard]:
        """Take a dropout or a distorted passage that is over; a dropout is told a little later."""
        if passage.kind == "dropout":
            self._holes.add(passage)
        else:
            yield self._passage(passage)

    def _passage(self, passage: Passage) -> DefectHeard:
        event = Event(
            id=self._next_id(),
            time_s=passage.start / self._rate,
            duration_s=passage.length / self._rate,
            kind=passage.kind,
            channel="both",
            peak_db=math.nan,
            confidence=passage.confidence,
        )
        self.tally.add(event)
        return DefectHeard(self._side_id, "single", event)

    def passed(self, now_s: float) -> Iterator[DefectHeard]:
        """Say that every impulse before `now_s` has been taken."""
        yield from self._crackle_ended(self._crackle.passed(now_s))
        for ended in self._scratches.passed(now_s):
            yield self._scratch_ended(ended)

    def ongoing(self) -> list[Event]:
        """The episodes that are on, as far as they were heard."""
        found = [
            self._scratch(self._scratch_ids[number], scratch)
            for number, scratch in self._scratches.on.items()
        ]
        crackle = self._crackle.so_far
        if crackle is not None and self._episode is not None:
            found.append(self.tally.crackled(self._episode, crackle))
        if self._lock is not None:
            found.append(self._lock)
        return found

    def finish(self) -> Iterator[DefectHeard]:
        """End what is on, because the side ended."""
        if self._turns is not None:
            yield from self._jumps(self._turns.finish())
        yield from self._crackle_ended(self._crackle.finish())
        for ended in self._scratches.finish():
            yield self._scratch_ended(ended)

    def _event(self, impulse: Impulse) -> Event:
        episode = None if impulse.doubtful else self._lock or self._episode
        return Event(
            id=self._next_id(),
            time_s=impulse.start / self._rate,
            duration_s=impulse.length / self._rate,
            kind=impulse.kind,
            channel=impulse.channel,
            peak_db=impulse.peak_db,
            confidence=where_due(impulse.confidence) if impulse.doubtful else impulse.confidence,
            part_of=None if episode is None else episode.id,
            audible_db=impulse.audible_db,
        )

    def _next_id(self) -> str:
        self._numbered += 1
        return f"{self._side_id}-{self._numbered}"

    def _trained(self, event: Event, doubtful: bool) -> Began | Joined | None:
        """What the impulse means for scratches."""
        # In a locked groove every click comes back, and none is a scratch for that; nor in the
        # run-out, which is one.
        if self._turns is not None and self._turns.locked:
            return None
        if event.time_s > self.programme_s + _RUN_OUT_S:
            return None
        tick = Tick(event.id, event.time_s, event.channel, event.peak_db, doubtful)
        return self._scratches.tick(tick)

    def _scratch_began(self, began: Began) -> DefectHeard:
        id = self._next_id()
        self._scratch_ids[began.number] = id
        for doubt in self._doubts.take(began.scratch.members):
            self.tally.infer(doubt)
        self.tally.claim(id, began.scratch.members)
        return DefectHeard(self._side_id, "begin", self._scratch(id, began.scratch))

    def _scratch_ended(self, ended: Ended) -> DefectHeard:
        event = self._scratch(self._scratch_ids.pop(ended.number), ended.scratch)
        self.tally.add(event)
        return DefectHeard(self._side_id, "end", event)

    def _scratch(self, id: str, scratch: Scratch) -> Event:
        period_s = self._scratches.period_s or scratch.period_s
        # Scratches at another speed than the side's are none; their own interval serves.
        if abs(scratch.period_s / period_s - 1.0) > 0.1:
            period_s = scratch.period_s
        episode = Event(
            id=id,
            time_s=scratch.start_s,
            duration_s=scratch.last_s - scratch.start_s,
            kind="scratch",
            channel=scratch.channel,
            peak_db=scratch.peak_db,
            confidence=1.0,
            rpm=60.0 / period_s,
            turns=scratch.turns,
            angle_deg=360.0 * ((scratch.start_s - self._start_s) / period_s % 1.0),
            drift_deg_per_turn=360.0 * (scratch.period_s / period_s - 1.0),
        )
        return self.tally.summed(episode, self.tally.members(id, scratch.start_s))

    def _crackle_began(self, began: CrackleBegan, last: Event) -> DefectHeard:
        self._episode = Event(
            id=self._next_id(),
            time_s=began.start_s,
            duration_s=last.time_s - began.start_s,
            kind="crackle",
            channel="both",
            peak_db=last.peak_db,
            confidence=last.confidence,
            rate_per_s=began.ticks / max(last.time_s - began.start_s, 1.0),
            audible_db=last.audible_db,
        )
        self.tally.join(self._episode.id, began.ticks)
        return DefectHeard(self._side_id, "begin", self._episode)

    def _crackle_ended(self, ended: CrackleEnded | None) -> Iterator[DefectHeard]:
        if ended is None:
            return
        assert self._episode is not None
        event = self.tally.crackled(self._episode, ended)
        self.tally.add(event)
        self._episode = None
        yield DefectHeard(self._side_id, "end", event)

    def _jumps(self, said: Sequence[Skipped | LockBegan | LockEnded]) -> Iterator[DefectHeard]:
        for one in said:
            if self._is_run_out(one):
                if isinstance(one, LockBegan):
                    self._loop.since_s = min(self._loop.since_s, one.jump.time_s)
                continue
            match one:
                case Skipped(jump):
                    self._turn_periods.append(jump.period_s)
                    event = self._jump(self._next_id(), jump, "skip", 1)
                    event = replace(event, turns=-jump.grooves)
                    self.tally.add(event)
                    yield DefectHeard(self._side_id, "single", event)
                case LockBegan(jump):
                    self._turn_periods.append(jump.period_s)
                    self._lock = self._jump(self._next_id(), jump, "locked_groove", 1)
                    yield DefectHeard(self._side_id, "begin", self._lock)
                case LockEnded(jump, _, repeats):
                    assert self._lock is not None
                    event = self._jump(self._lock.id, jump, "locked_groove", repeats)
                    self._lock = None
                    self.tally.add(event)
                    yield DefectHeard(self._side_id, "end", event)

    def _is_run_out(self, said: Skipped | LockBegan | LockEnded) -> bool:
        """Whether the groove that closes on itself is the record's end: no music is heard in it."""
        if isinstance(said, LockEnded):
            return self._lock is None
        return self.programme_s < said.jump.time_s + _FLIGHT_S

    def _jump(
        self, id: str, jump: Jump, kind: Literal["skip", "locked_groove"], repeats: int
    ) -> Event:
        """The event of a jump that was heard `repeats` times; its shocks become part of it."""
        due = jump.time_s + jump.lag_s * np.arange(repeats)
        shocks = self.tally.near(due, _SHOCK_S)
        self.tally.claim(id, [shock.id for shock in shocks])
        first = (one.time_s for one in shocks if abs(one.time_s - jump.time_s) <= _SHOCK_S)
        return Event(
            id=id,
            # An impulse's place is told more finely than a jump's.
            time_s=next(first, jump.time_s),
            duration_s=repeats * jump.lag_s,
            kind=kind,
            channel="both",
            peak_db=float(np.median([shock.peak_db for shock in shocks])) if shocks else math.nan,
            confidence=jump.confidence,
            rpm=60.0 / jump.period_s,
            turns=repeats,
        )
