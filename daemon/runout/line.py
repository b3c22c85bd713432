"""The whole line: stereo samples in; needle, defects and graded sides out.

samples -> features and scores (model)
        -> impulses, passages, scratches, crackle, jumps (defects)
        -> needle and account (side) -> grade (grading)
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runout.defects.finders import CUT_S, Finders
from runout.errors import RunoutError
from runout.grading.outlook import LEAST_S as OUTLOOK_S
from runout.grading.outlook import Outlook, outlook
from runout.grading.table import Table, Told, grade
from runout.measure.meter import Meter
from runout.measure.stretches import handled
from runout.model.card import Model
from runout.model.interpreter import Runtime
from runout.model.scorer import Scored, Scorer
from runout.model.sensitivity import Sensitivity
from runout.opinion.listener import Listener
from runout.side.account import Account
from runout.side.follow import Follower
from runout.side.level import level_db
from runout.side.needle import Change, Needle
from runout.side.side import Heard, LiveState, ModelId, SideEnded, SideStarted
from runout.side.tracks import track_at

Samples = npt.NDArray[np.float32]

_THUMP_S = 0.4
"""After a lifted needle lands, what sounds for so long is its landing; likewise before a lift"""
_OUTLOOK_EVERY_S = 15.0
"""Between provisional grades: summing a side up takes tens of milliseconds"""
_LONGEST_SIDE_S = 3600.0
"""Twice the longest side of an LP"""


class Line:
    """Listens to one stream."""

    def __init__(
        self,
        model: Model,
        table: Table,
        sample_rate: int,
        new_side_id: Callable[[], str],
        lift_s: float,
        runtime: Runtime | None = None,
        sensitivity: Sensitivity = "normal",
        opinion: Listener | None = None,
    ) -> None:
        """`new_side_id` names each side; `lift_s` seconds of a lifted needle end one.

        `opinion` listens along for a second opinion on each side.
        """
        self._scorer = Scorer(model, sample_rate, runtime)
        self._finders = Finders(model.card, sample_rate, sensitivity)
        # A file is one side, however long: only a needle that nobody lifts is given up. Nor is it
        # graded before its end.
        self._live = math.isfinite(lift_s)
        self._needle = Needle(lift_s)
        self._follower = Follower()
        self._meter = Meter(model.card.features.sample_rate)
        self._opinion = opinion
        self._outlook: Outlook | None = None
        self._measured: dict[str, float] = {}
        self._outlook_due_s = math.inf
        self._table = table
        self._source_rate = sample_rate
        self._new_side_id = new_side_id
        self._rate = model.card.features.sample_rate
        self._hop = model.card.features.hop
        self._model = ModelId(model.card.name, model.card.version, model.card.sha256)
        self._level = level_db(np.zeros((2, self._hop), np.float32), self._hop)
        self.now_s = 0.0
        """Seconds from the start of the source that have been heard"""
        self._side_id: str | None = None
        self._start_s = 0.0
        self._landed = False
        self._account = Account("", 0.0, self._rate, model.card.features.cell_s)
        self._cell_s = model.card.features.cell_s
        self._impulses_at = [model.card.classes.index(name) for name in ("click", "pop")]

    @property
    def state(self) -> LiveState:
        """What the live sensors show."""
        playing = self._side_id is not None
        tally = self._account.tally
        return LiveState(
            phase=self._needle.phase if playing else "idle",
            side_id=self._side_id,
            elapsed_s=self.now_s - self._start_s if playing else 0.0,
            level_db=self._level,
            counts=dict(tally.counts) if playing else {},
            clicks_per_min=tally.clicks_per_min(self.now_s, self._start_s) if playing else 0.0,
            part=self._follower.part if playing else "needle_up",
            track=self._follower.track if playing else None,
            outlook=self._outlook if playing else None,
            sensitivity=self._finders.sensitivity,
            clipped_percent=self._meter.clipped_percent if playing else 0.0,
            measurements=self._measured if playing else {},
        )

    @property
    def inference_p95_s(self) -> float | None:
        """Seconds that 95 of 100 runs of the network stayed below over the last minute of sound."""
        return self._scorer.inference_p95_s

    def set_sensitivity(self, sensitivity: Sensitivity) -> None:
        """Listen more or less keenly from now on."""
        self._finders.set_sensitivity(sensitivity)

    def new_side(self) -> Iterator[Heard]:
        """End the side that plays and begin another in the same groove; nothing while none does."""
        if self._side_id is None:
            return
        at_s = self.now_s
        yield from self._end_side(at_s)
        yield from self._begin_side(at_s, landed=False)

    def needle_up(self) -> Iterator[Heard]:
        """Take somebody's word that the needle is up: what sounds now is the preamp's own floor.

        A side that is on ends: at its lift, if that was heard; else the preamp was turned up, and
        its noise taken for a groove's. Raises RunoutError where it can't be the preamp alone.
        """
        change = self._needle.settle(self.now_s)
        if change is None:
            raise RunoutError("the needle is down; lift it first")
        if self._side_id is not None:
            yield from self._lifted(change)

    def calibrate(self) -> dict[str, float]:
        """What the preamp alone gave over the last minute, see `measure.needle_up`.

        Raises RunoutError where the needle wasn't up for long enough.
        """
        measured = self._meter.needle_up(self.now_s)
        if measured is None:
            raise RunoutError("the needle was not up for long enough; try again in a few seconds")
        return measured

    def feed(self, samples: Samples) -> Iterator[Heard]:
        """Take samples of shape (frames, 2) at the source rate; yield what they let be heard."""
        self._meter.input(samples, idle=self._side_id is None)
        self._finders.input(samples)
        for scored in self._scorer.feed(samples):
            yield from self._step(scored)

    def finish(self) -> Iterator[Heard]:
        """Say what the end of the sound leaves; a side that is on ends."""
        for scored in self._scorer.finish():
            yield from self._step(scored)
        self._finders.finish(self.now_s)
        if self._side_id is not None:
            yield from self._impulses()
            yield from self._passages(None)
            yield from self._end_side(self.now_s)

    def _step(self, scored: Scored) -> Iterator[Heard]:
        start_s = scored.start * self._hop / self._rate
        step_s = len(scored.scores) * self._hop / self._rate
        self.now_s = start_s + step_s
        self._level = level_db(scored.audio, self._hop)
        self._finders.feed(scored)
        self._meter.feed(scored.audio)
        change = self._needle.step(*self._meter.envelope.latest, start_s, self.now_s)
        self._meter.envelope.mark(self._needle.where)
        if change is not None and change.phase == "needle_down":
            yield from self._begin_side(change.time_s)
            # It had been down for a while before that was certain.
            self._account.tally.passed_over(start_s - change.time_s)
            self._meter.envelope.landed(change.time_s)
        if change is not None and change.phase == "playing":
            # Likewise.
            self._account.tally.heard_s += start_s - change.time_s
            self._outlook_due_s = self.now_s
        if self._side_id is not None:
            playing = self._needle.phase == "playing"
            if not self._needle.at_floor:
                self._account.tally.sound(self._level, step_s, playing)
            yield from self._impulses()
            click, pop = self._impulses_at
            scores = np.maximum(scored.scores[:, click], scored.scores[:, pop])
            if self._needle.programme:
                self._account.programme_s = self.now_s
            if self._opinion is not None and self._needle.programme:
                self._opinion.feed(scored)
            for told in self._account.sound(scored.audio, scores, start_s):
                if told.event.kind in ("skip", "locked_groove"):
                    # Nothing else makes so much of a grade at once: it isn't waited with.
                    self._outlook_due_s = self.now_s
                yield told
            self._follow(start_s)
        else:
            self._meter.idle(self.now_s)
        yield from self._passages(scored)
        self._finders.forget(self.now_s)
        if change is not None and change.phase == "idle":
            yield from self._lifted(change)
        elif self._side_id is None or not self._live:
            return
        elif self.now_s - self._start_s > _LONGEST_SIDE_S:
            self._needle.give_up()
            yield from self._end_side(self.now_s)
            # Who knows when it will be lifted.
            self._meter.ended(math.inf)
        elif self.now_s >= self._outlook_due_s and not self._needle.at_floor:
            self._look_out()

    def _begin_side(self, time_s: float, landed: bool = True) -> Iterator[Heard]:
        self._side_id = self._new_side_id()
        self._start_s = time_s
        self._landed = landed and time_s > 0.0
        # A file may begin amid music.
        settled_s = _THUMP_S if self._landed else CUT_S if landed else 0.0
        self._finders.begin(time_s, time_s + settled_s)
        self._account = Account(self._side_id, time_s, self._rate, self._cell_s)
        self._follower = Follower("needle_up" if landed else "lead_in")
        self._outlook, self._measured = None, {}
        self._outlook_due_s = time_s
        if self._opinion is not None:
            self._opinion.begin()
        yield SideStarted(self._side_id, time_s, landed)

    def _follow(self, start_s: float) -> None:
        where, over_db = self._needle.where, self._needle.over_noise_db
        playing, closed = self._needle.phase == "playing", self._account.closed_s < self.now_s
        self._follower.step(where, over_db, playing, closed, start_s, self.now_s)

    def _impulses(self) -> Iterator[Heard]:
        for impulse in self._finders.impulses():
            yield from self._account.impulse(impulse)
        yield from self._account.passed(self.now_s)

    def _passages(self, scored: Scored | None) -> Iterator[Heard]:
        # They are looked for while no side plays, too: one may be on as the needle comes down.
        for passage in self._finders.passages(scored):
            if self._side_id is not None:
                yield from self._account.passage(passage)

    def _lifted(self, change: Change) -> Iterator[Heard]:
        end_s = max(change.time_s, self._start_s)  # it may have begun by hand after the lift
        yield from self._end_side(end_s, listened_to_s=end_s - _THUMP_S)

    def _end_side(self, end_s: float, listened_to_s: float = math.inf) -> Iterator[Heard]:
        assert self._side_id is not None
        yield from self._account.finish()
        tally = self._account.tally
        tally.cut(listened_to_s)
        if not self._meter.heard_music(self._account, self._start_s):
            tally.heard_s = 0.0
        parts = self._meter.parts(self._account, self._start_s, end_s, self._landed)
        tally.leave_out(handled(parts))
        measurements = self._meter.measurements(self._account, parts)
        told = Told(tuple(tally.events), parts)
        graded = grade(measurements, tally.heard_s, self._source_rate, self._table, told)
        asked = self._opinion if graded.label is not None else None
        yield SideEnded(
            side_id=self._side_id,
            time_s=self._start_s,
            duration_s=end_s - self._start_s,
            heard_s=tally.heard_s,
            sample_rate=self._source_rate,
            rpm=self._account.rpm,
            grade=graded,
            counts=dict(tally.counts),
            measurements=measurements,
            events=tuple(
                replace(event, track=track_at(parts, event.time_s))
                for event in sorted(tally.events, key=lambda event: event.time_s)
            ),
            model=self._model,
            parts=parts,
            tracks=self._meter.tracks(self._account, parts),
            opinion=None if asked is None else asked.end(measurements),
        )
        self._side_id = None
        self._meter.ended(end_s)

    def _look_out(self) -> None:
        """Measure the side as far as it has played, and grade it, if that is far enough."""
        heard_s = self._account.tally.heard_s
        rest_s = OUTLOOK_S - heard_s
        next_s = min(_OUTLOOK_EVERY_S, rest_s) if rest_s > 0.0 else _OUTLOOK_EVERY_S
        self._outlook_due_s = self.now_s + next_s
        if not self._meter.heard_music(self._account, self._start_s):
            self._outlook, self._measured = None, {}
            return
        parts = self._meter.parts(self._account, self._start_s, self.now_s, self._landed)
        self._measured = self._meter.measurements(self._account, parts)
        if rest_s <= 0.0:
            rate = self._source_rate
            self._outlook = outlook(self._measured, heard_s, self._table, sample_rate=rate)
