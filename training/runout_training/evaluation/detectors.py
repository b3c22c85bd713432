"""Runout and its peers behind one call: sound in, spans out."""

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from runout.defects.capture import CaptureJudge
from runout.defects.impulse import Impulse, ImpulseFinder
from runout.defects.passage import Passage, PassageFinder, PassageKind
from runout.defects.rarity import Rarity
from runout.defects.wave import Waves
from runout.model.card import Model
from runout.model.scorer import Scored, Scorer
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.matching import Span

Sound = npt.NDArray[np.float32]
Detector = Callable[[Sound], list[Span]]
"""Takes a sound of shape (2, samples) at 44.1 kHz"""

_BLOCK = RATE
"""Frames fed at a time"""


def scored(sound: Sound, model: Model) -> list[Scored]:
    """Every cell's scores of a sound of shape (2, samples) at 44.1 kHz, as the box has them."""
    scorer = Scorer(model, RATE)
    frames = np.ascontiguousarray(sound.T)
    pieces: list[Scored] = []
    for start in range(0, len(frames), _BLOCK):
        pieces += scorer.feed(frames[start : start + _BLOCK])
    return [*pieces, *scorer.finish()]


def impulses(pieces: Sequence[Scored], model: Model, thresholds: dict[str, float]) -> list[Impulse]:
    """Every impulse that the box would find."""
    return [
        one
        for one in candidates(pieces, model, thresholds)
        if one.confidence >= thresholds[one.kind] or one.kind == "capture_glitch"
    ]


def candidates(
    pieces: Sequence[Scored], model: Model, thresholds: dict[str, float]
) -> list[Impulse]:
    """Every impulse that the box would weigh, with the confidence that it then has."""
    finder, judge = ImpulseFinder(model.card, thresholds), CaptureJudge(RATE)
    waves = Waves(RATE)
    found: list[Impulse] = []

    def take(judged: Iterable[Impulse | None]) -> None:
        found.extend(one for one in judged if one is not None and not waves.has_step(one))

    # The box has heard a step and more of what comes when it judges.
    ahead = [*pieces[1:], None] if pieces else []
    for piece, coming in zip(pieces, ahead, strict=True):
        if piece is pieces[0]:
            judge.feed(np.ascontiguousarray(piece.audio.T))
        if coming is not None:
            judge.feed(np.ascontiguousarray(coming.audio.T))
        waves.feed(piece)
        take(judge.judge(impulse, RATE) for impulse in finder.feed(piece))
        take(judge.unheard(piece, RATE))
    take(judge.judge(impulse, RATE) for impulse in finder.finish())
    rarity = Rarity(0.0, RATE)
    return [rarity.weigh(impulse) for impulse in found]


def passages(
    pieces: Sequence[Scored], model: Model, kind: PassageKind, threshold: float
) -> list[Passage]:
    """Every passage of a kind that the box would find."""
    finder = PassageFinder(kind, model.card, threshold)
    found = [passage for piece in pieces for passage in finder.feed(piece)]
    return found + finder.finish()


def runout(model: Model) -> Detector:
    """Our own, as shipped: clicks and pops at normal sensitivity."""
    thresholds = model.card.thresholds["normal"]

    def detect(sound: Sound) -> list[Span]:
        return [
            Span(one.start, one.start + one.length)
            for one in impulses(scored(sound, model), model, thresholds)
            if one.kind != "capture_glitch"
        ]

    return detect


def essentia() -> Detector | None:
    """Essentia's ClickDetector with its defaults, a channel at a time; None if not installed."""
    if find_spec("essentia") is None:
        return None
    import essentia.standard as standard  # heavy, and only here

    frame, hop = 512, 256

    def detect(sound: Sound) -> list[Span]:
        found = []
        for channel in sound:
            detector = standard.ClickDetector(frameSize=frame, hopSize=hop, sampleRate=RATE)
            for samples in standard.FrameGenerator(
                np.ascontiguousarray(channel), frameSize=frame, hopSize=hop, startFromZero=True
            ):
                starts, ends = detector(samples)
                found += [
                    Span(round(start * RATE), round(end * RATE) + 1)
                    for start, end in zip(starts, ends, strict=True)
                ]
        return _united(found)

    return detect


def grooveclean() -> Detector | None:
    """grooveclean's network at its own calibration; None if not installed."""
    if find_spec("grooveclean") is None:
        return None
    import torch  # heavy, and only here
    from grooveclean import detect as peer

    network: Any = peer.Detector.load(device="cpu")
    calibration = network.calibration
    high, low, gate = peer.thresholds(0.5, calibration.hi, calibration.lo)

    def detect(sound: Sound) -> list[Span]:
        probabilities = network.probabilities(torch.from_numpy(sound.copy()), RATE)
        found = []
        for channel, probability in zip(sound, probabilities.cpu().numpy(), strict=True):
            active = peer.active_mask(channel, RATE, gate)
            starts, ends, _ = peer.spans(probability, active, RATE, high, low)
            found += [Span(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]
        return _united(found)

    return detect


def _united(spans: list[Span]) -> list[Span]:
    """Spans of both channels in order of time, those that overlap or touch as one."""
    united: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if united and span.start <= united[-1].end:
            united[-1] = Span(united[-1].start, max(united[-1].end, span.end))
        else:
            united.append(span)
    return united
