"""The whole line: stereo samples in; needle, defects and graded sides out.

samples -> features and scores (model)
        -> impulses, passages, scratches, crackle, jumps (defects)
        -> needle and account (side) -> grade (grading)
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runout.defects.capture import CaptureJudge
from runout.defects.impulse import Impulse, ImpulseFinder
from runout.defects.passage import PASSAGE_KINDS, Passage, PassageFinder
from runout.defects.rarity import Rarity
from runout.grading.table import Table, grade
from runout.measure.side import measurements as side_measurements
from runout.measure.slices import SliceStore
from runout.measure.spectrum import Slicer
from runout.measure.stretches import find_stretches
from runout.model.card import Model
from runout.model.interpreter import Runtime
from runout.model.scorer import Scored, Scorer
from runout.model.sensitivity import Sensitivity
from runout.side.account import Account
from runout.side.envelope import Envelope
from runout.side.follow import Follower
from runout.side.headroom import Headroom
from runout.side.level import level_db
from runout.side.needle import Needle
from runout.side.side import Heard, LiveState, ModelId, SideEnded, SideStarted
from runout.side.tracks import Part, find_parts, track_at

Samples = npt.NDArray[np.float32]

_THUMP_S = 0.4
"""After a lifted needle lands, what sounds for so long is its landing; likewise before a lift"""
_PENDING_S = 4.0
"""Impulses wait for so long for it to become certain that the needle is down"""
_CUT_S = 0.003
"""A sound that begins or ends amid music does so with a step, which is no defect"""
_NEEDLE_UP_S = 60.0
"""Before a side, that tell what the preamp gives with the needle up"""
_LONGEST_SIDE_S = 3600.0
"""Twice the longest side of an LP"""
_SILENT_DB = -120.0


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
    ) -> None:
        """`new_side_id` names each side; `lift_s` seconds of a lifted needle end one."""
        self._scorer = Scorer(model, sample_rate, runtime)
        thresholds = model.card.thresholds[sensitivity]
        self._finder = ImpulseFinder(model.card, thresholds)
        self._passages = [
            PassageFinder(kind, model.card, thresholds[kind]) for kind in PASSAGE_KINDS
        ]
        # A file is one side, however long: only a needle that nobody lifts is given up.
        self._longest_s = _LONGEST_SIDE_S if math.isfinite(lift_s) else math.inf
        self._capture = CaptureJudge(sample_rate)
        self._needle = Needle(lift_s)
        self._envelope = Envelope(model.card.features.sample_rate)
        self._follower = Follower()
        self._slicer = Slicer()
        self._slices = SliceStore()
        self._rarity = Rarity(0.0, model.card.features.sample_rate)
        self._thresholds = thresholds
        self._table = table
        self._source_rate = sample_rate
        self._new_side_id = new_side_id
        self._rate = model.card.features.sample_rate
        self._hop = model.card.features.hop
        self._model = ModelId(model.card.name, model.card.version, model.card.sha256)
        self._waiting: deque[Impulse] = deque()
        self._level: tuple[float, float] = (_SILENT_DB, _SILENT_DB)
        self.now_s = 0.0
        """Seconds from the start of the source that have been heard"""
        self._side_id: str | None = None
        self._start_s = 0.0
        self._up_from_s = 0.0
        self._listen_from_s = 0.0
        self._account = Account("", 0.0, self._rate, model.card.features.cell_s)
        self._headroom = Headroom()
        self._cell_s = model.card.features.cell_s
        self._impulses_at = [model.card.classes.index(name) for name in ("click", "pop")]

    @property
    def state(self) -> LiveState:
        """What the live sensors show."""
        playing = self._side_id is not None
        return LiveState(
            phase=self._needle.phase if playing else "idle",
            side_id=self._side_id,
            elapsed_s=self.now_s - self._start_s if playing else 0.0,
            level_db=self._level,
            counts=dict(self._account.tally.counts) if playing else {},
            clicks_per_min=self._account.tally.clicks_per_min(self.now_s, self._start_s)
            if playing
            else 0.0,
            part=self._follower.part if playing else "needle_up",
            track=self._follower.track if playing else None,
        )

    def feed(self, samples: Samples) -> Iterator[Heard]:
        """Take samples of shape (frames, 2) at the source rate; yield what they let be heard."""
        if self._side_id is None:
            self._headroom = Headroom()
        self._headroom.feed(samples)
        self._capture.feed(samples)
        for scored in self._scorer.feed(samples):
            yield from self._step(scored)

    def finish(self) -> Iterator[Heard]:
        """Say what the end of the sound leaves; a side that is on ends."""
        for scored in self._scorer.finish():
            yield from self._step(scored)
        self._wait(self._finder.finish())
        while self._waiting and self._waiting[-1].start > (self.now_s - 2 * _CUT_S) * self._rate:
            self._waiting.pop()
        yield from self._impulses(self.now_s)
        for finder in self._passages:
            yield from self._heard(finder.finish())
        if self._side_id is not None:
            yield from self._end_side(self.now_s)

    def _step(self, scored: Scored) -> Iterator[Heard]:
        start_s = scored.start * self._hop / self._rate
        step_s = len(scored.scores) * self._hop / self._rate
        self.now_s = start_s + step_s
        self._level = level_db(scored.audio, self._hop)
        self._envelope.feed(scored.audio)
        self._wait(self._finder.feed(scored))
        self._waiting.extend(self._capture.unheard(scored, self._rate))
        for one in self._slicer.feed(scored.audio):
            self._slices.add(one)
        change = self._needle.step(*self._envelope.latest, start_s, self.now_s)
        self._envelope.mark(self._needle.where)
        if change is not None and change.phase == "needle_down":
            yield from self._begin_side(change.time_s)
            # It had been down for a while before that was certain.
            self._account.tally.passed_over(start_s - change.time_s)
            self._envelope.landed(change.time_s)
        if change is not None and change.phase == "playing":
            # Likewise.
            self._account.tally.heard_s += start_s - change.time_s
        if self._side_id is not None:
            playing = self._needle.phase == "playing"
            if not self._needle.at_floor:
                self._account.tally.sound(self._level, step_s, playing)
            yield from self._impulses(self.now_s)
            scores = scored.scores[:, self._impulses_at].max(axis=1)
            if self._needle.programme:
                self._account.programme_s = self.now_s
            yield from self._account.sound(scored.audio, scores, start_s)
            self._follow(start_s)
        else:
            self._envelope.idle()
            self._slices.forget(self.now_s - _NEEDLE_UP_S)
        for finder in self._passages:
            yield from self._heard(finder.feed(scored))
        while self._waiting and self._waiting[0].start < (self.now_s - _PENDING_S) * self._rate:
            self._waiting.popleft()
        if change is not None and change.phase == "idle":
            yield from self._end_side(change.time_s, listened_to_s=change.time_s - _THUMP_S)
        elif self._side_id is not None and self.now_s - self._start_s > self._longest_s:
            self._needle.give_up()
            yield from self._end_side(self.now_s)
            # Who knows when it will be lifted.
            self._up_from_s = math.inf

    def _wait(self, impulses: Sequence[Impulse]) -> None:
        judged = (self._capture.judge(impulse, self._rate) for impulse in impulses)
        self._waiting.extend(impulse for impulse in judged if impulse is not None)

    def _begin_side(self, time_s: float) -> Iterator[Heard]:
        self._side_id = self._new_side_id()
        self._start_s = time_s
        self._listen_from_s = time_s + (_THUMP_S if time_s > 0.0 else _CUT_S)
        self._account = Account(self._side_id, time_s, self._rate, self._cell_s)
        self._follower = Follower()
        self._rarity = Rarity(time_s, self._rate)
        yield SideStarted(self._side_id, time_s)

    def _follow(self, start_s: float) -> None:
        needle = self._needle
        self._follower.step(
            needle.where,
            needle.over_noise_db,
            needle.phase == "playing",
            self._account.closed_s < self.now_s,
            start_s,
            self.now_s,
        )

    def _impulses(self, now_s: float) -> Iterator[Heard]:
        while self._waiting:
            impulse = self._waiting.popleft()
            time_s = impulse.start / self._rate
            if self._side_id is None or time_s < self._listen_from_s:
                continue
            weighed = self._rarity.weigh(impulse)
            # A glitch is told by its samples; the model only says where to look.
            told = weighed.kind == "capture_glitch"
            if told or weighed.confidence >= self._thresholds[weighed.kind]:
                yield from self._account.impulse(weighed)
        yield from self._account.passed(now_s)

    def _heard(self, passages: Sequence[Passage]) -> Iterator[Heard]:
        for passage in passages:
            if self._side_id is not None and passage.start >= self._listen_from_s * self._rate:
                yield self._account.passage(passage)

    def _end_side(self, end_s: float, listened_to_s: float = math.inf) -> Iterator[Heard]:
        assert self._side_id is not None
        yield from self._account.finish()
        tally = self._account.tally
        tally.cut(listened_to_s)
        parts = self._parts(end_s)
        run_out = [part for part in parts if part.name in ("run_out", "locked_run_out")]
        if run_out:
            heard_s = sum(part.end_s - part.start_s for part in run_out)
            tally.leave_unrated(run_out[0].start_s, heard_s)
        measurements = (
            tally.measurements()
            | self._headroom.measurements()
            | side_measurements(self._slices, find_stretches(parts, self._up_from_s), tally.events)
        )
        yield SideEnded(
            side_id=self._side_id,
            time_s=self._start_s,
            duration_s=end_s - self._start_s,
            heard_s=tally.heard_s,
            sample_rate=self._source_rate,
            rpm=self._account.rpm,
            grade=grade(measurements, tally.heard_s, self._source_rate, self._table),
            counts=dict(tally.counts),
            measurements=measurements,
            events=tuple(
                replace(event, track=track_at(parts, event.time_s))
                for event in sorted(tally.events, key=lambda event: event.time_s)
            ),
            model=self._model,
            parts=parts,
        )
        self._side_id = None
        self._up_from_s = end_s

    def _parts(self, end_s: float) -> tuple[Part, ...]:
        if self._account.tally.heard_s == 0.0:
            return (Part("lead_in", self._start_s, end_s),)
        return find_parts(
            *self._envelope.between(self._start_s, end_s),
            start_s=self._start_s,
            landed=self._start_s > 0.0,
            locked_s=self._account.closed_s,
        )
