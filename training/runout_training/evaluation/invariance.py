"""Whether the same record gives the same events, however it is captured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from tqdm import tqdm

from runout.model.card import Model
from runout.model.scorer import Scorer
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.bootstrap import Figure, bootstrapped
from runout_training.evaluation.detectors import Sound, impulses, scored
from runout_training.evaluation.matching import Span, f1, match
from runout_training.evaluation.sets import Case

_FULL_SCALE = 1.0
_HISS_DBFS = -80.0
"""Of a preamp whose cartridge gives nothing"""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a capture's events are those of the plain one."""

    capture: str
    events: Figure
    """F1 of its events against those of the plain capture"""
    truth: Figure
    """F1 against the truth"""


def score_invariance(model: Model, held_out: Sequence[Case]) -> list[Agreement]:
    """Every capture of the given worn files: other rates, levels, channels and polarity."""
    plain = [_spans(model, case.mix.sound, RATE) for case in tqdm(held_out, desc="plain")]
    return [
        _agreement(model, name, rate, change, held_out, plain) for name, rate, change in _CAPTURES
    ]


def as_markdown(rows: Sequence[Agreement]) -> str:
    """The table as markdown."""
    lines = ["| capture | same events, F1 | against the truth, F1 |", "|---|---|---|"]
    return "\n".join(lines + [f"| {row.capture} | {row.events} | {row.truth} |" for row in rows])


def _agreement(
    model: Model,
    name: str,
    rate: int,
    change: Callable[[Sound], Sound],
    held_out: Sequence[Case],
    plain: Sequence[list[Span]],
) -> Agreement:
    same, true = [], []
    for case, before in zip(tqdm(held_out, desc=name, unit="file"), plain, strict=True):
        found = _spans(model, change(case.mix.sound), rate)
        same.append(_counts(before, found))
        outcome = match(case.mix.truth, found)
        hits = sum(outcome.hit)
        true.append((hits, outcome.false, len(outcome.hit) - hits))
    return Agreement(
        name,
        bootstrapped(np.array(same, np.float64), lambda total: f1(*total)),
        bootstrapped(np.array(true, np.float64), lambda total: f1(*total)),
    )


def _counts(before: Sequence[Span], after: Sequence[Span]) -> tuple[int, int, int]:
    """Events of both, of `after` alone and of `before` alone; the same within 3 ms."""
    reach = round(0.003 * RATE)
    first = np.array([span.start for span in before])
    second = np.array([span.start for span in after])
    if not len(first) or not len(second):
        return 0, len(second), len(first)
    near = np.abs(first[:, None] - second[None]) <= reach
    both = int(near.any(axis=1).sum())
    return both, int((~near.any(axis=0)).sum()), len(first) - both


def _spans(model: Model, sound: Sound, rate: int) -> list[Span]:
    if rate == RATE:
        pieces = scored(sound, model)
    else:
        scorer = Scorer(model, rate)
        frames = np.ascontiguousarray(sound.T)
        pieces = [*scorer.feed(frames), *scorer.finish()]
    return [
        Span(one.start, one.start + one.length)
        for one in impulses(pieces, model, model.card.thresholds["normal"])
        if one.kind != "capture_glitch"
    ]


def _at(rate: int) -> Callable[[Sound], Sound]:
    def change(sound: Sound) -> Sound:
        there: Sound = soxr.resample(sound.T, RATE, rate).T
        return there

    return change


def _mono(sound: Sound) -> Sound:
    return np.repeat(sound.mean(axis=0, keepdims=True), 2, axis=0)


def _in_16_bits(sound: Sound) -> Sound:
    steps = np.rint(sound * 32768.0) / 32768.0
    return np.asarray(np.clip(steps, -_FULL_SCALE, _FULL_SCALE), np.float32)


def _one_dead(sound: Sound) -> Sound:
    hiss = np.random.default_rng(0).standard_normal(sound.shape[1]) * 10 ** (_HISS_DBFS / 20)
    return np.asarray(np.stack((sound[0], hiss)), np.float32)


_CAPTURES: tuple[tuple[str, int, Callable[[Sound], Sound]], ...] = (
    ("48 kHz", 48_000, _at(48_000)),
    ("96 kHz", 96_000, _at(96_000)),
    ("22.05 kHz", 22_050, _at(22_050)),
    ("20 dB softer, 16 bits", RATE, lambda sound: _in_16_bits(sound * np.float32(0.1))),
    ("10 dB louder", RATE, lambda sound: sound * np.float32(10**0.5)),
    ("polarity turned", RATE, lambda sound: -sound),
    ("channels swapped", RATE, lambda sound: np.ascontiguousarray(sound[::-1])),
    ("mono", RATE, _mono),
    ("right channel dead but for its hiss", RATE, _one_dead),
    ("right channel dead, exact zeros", RATE, lambda sound: sound * np.float32([[1.0], [0.0]])),
)
