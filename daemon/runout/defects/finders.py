"""What is found by the model's scores: impulses and passages, and how keenly they are looked for.

Impulses wait until it is certain that the needle is down; those from before it was are dropped.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runout.defects.capture import CaptureJudge
from runout.defects.impulse import Impulse, ImpulseFinder
from runout.defects.passage import PASSAGE_KINDS, Passage, PassageFinder
from runout.defects.rarity import Rarity
from runout.defects.wave import Waves
from runout.model.card import Card
from runout.model.scorer import Scored
from runout.model.sensitivity import Sensitivity

_PENDING_S = 4.0
"""Impulses wait for so long for it to become certain that the needle is down"""
CUT_S = 0.003
"""A sound that begins or ends amid music does so with a step, which is no defect"""


class Finders:
    """All that find single defects in a stream."""

    def __init__(self, card: Card, source_rate: int, sensitivity: Sensitivity) -> None:
        """For the model with this `card`, in a stream at `source_rate` hertz."""
        self.sensitivity = sensitivity
        self._card = card
        self._rate = card.features.sample_rate
        self._thresholds = card.thresholds[sensitivity]
        self._finder = ImpulseFinder(card, self._thresholds)
        self._passages = [
            PassageFinder(kind, card, self._thresholds[kind]) for kind in PASSAGE_KINDS
        ]
        self._capture = CaptureJudge(source_rate)
        self._waves = Waves(self._rate)
        self._rarity = Rarity(0.0, self._rate)
        self._waiting: deque[Impulse] = deque()
        self._listen_from_s = 0.0

    def set_sensitivity(self, sensitivity: Sensitivity) -> None:
        """Look more or less keenly from now on."""
        self.sensitivity = sensitivity
        self._thresholds = self._card.thresholds[sensitivity]
        self._finder.set_thresholds(self._thresholds)
        for kind, finder in zip(PASSAGE_KINDS, self._passages, strict=True):
            finder.set_threshold(self._thresholds[kind])

    def begin(self, time_s: float, listen_from_s: float) -> None:
        """A side began at `time_s`; what is before `listen_from_s` is none of its defects."""
        self._rarity = Rarity(time_s, self._rate)
        self._listen_from_s = listen_from_s

    def input(self, samples: npt.NDArray[np.float32]) -> None:
        """Take samples of shape (frames, 2) as they came in."""
        self._capture.feed(samples)

    def feed(self, scored: Scored) -> None:
        """Look for impulses in the next cells of the same sound."""
        self._waves.feed(scored)
        self._wait(self._finder.feed(scored))
        unheard = self._capture.unheard(scored, self._rate)
        self._waiting.extend(one for one in unheard if not self._waves.has_step(one))

    def finish(self, end_s: float) -> None:
        """Look for what is left, the sound having ended at `end_s`."""
        self._wait(self._finder.finish())
        while self._waiting and self._waiting[-1].start > (end_s - 2 * CUT_S) * self._rate:
            self._waiting.pop()

    def impulses(self) -> Iterator[Impulse]:
        """Hand out those that wait; what is not to be believed by itself is doubtful."""
        while self._waiting:
            impulse = self._waiting.popleft()
            if impulse.start / self._rate < self._listen_from_s:
                continue
            if impulse.doubtful:
                yield impulse
                continue
            weighed = self._rarity.weigh(impulse)
            # A glitch is told by its samples; the model only says where to look.
            told = weighed.kind == "capture_glitch"
            if told or weighed.confidence >= self._thresholds[weighed.kind]:
                yield weighed
            else:
                yield replace(impulse, doubtful=True)

    def forget(self, now_s: float) -> None:
        """Drop the impulses that nobody has asked for by now."""
        while self._waiting and self._waiting[0].start < (now_s - _PENDING_S) * self._rate:
            self._waiting.popleft()

    def passages(self, scored: Scored | None) -> Iterator[Passage]:
        """Hand out the passages that are over by the next cells, or where the sound ended: None."""
        for finder in self._passages:
            for passage in finder.finish() if scored is None else finder.feed(scored):
                if passage.start >= self._listen_from_s * self._rate:
                    yield passage

    def _wait(self, impulses: Sequence[Impulse]) -> None:
        judged = (self._capture.judge(impulse, self._rate) for impulse in impulses)
        sure = [one for one in judged if one is not None and not self._waves.has_step(one)]
        self._waiting.extend(sorted((*sure, *self._finder.doubtful), key=lambda one: one.start))
