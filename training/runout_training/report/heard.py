"""What a model found on mixes, beside what was there: what most pictures are drawn from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runout.defects.impulse import Impulse
from runout.model.card import Model
from runout_training.baselines.windows import Defect
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.detectors import impulses, scored
from runout_training.evaluation.sets import Case

_TOLERANCE_S = 0.003
"""As in evaluation: found may miss the true impulse by this much"""
_LOWEST = 0.02
_KINDS = ("click", "pop")


class Asked(Defect, Protocol):
    """What is asked of the truth of an impulse here."""

    @property
    def start(self) -> int:
        """Sample where it begins, at 44.1 kHz."""

    @property
    def end(self) -> int:
        """Sample past its last."""

    @property
    def over_db(self) -> float:
        """Peak over the programme around it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One impulse that the model found."""

    file: int
    kind: str
    confidence: float
    margin: float
    """Logit of the confidence over that of the threshold of its kind: from 0 on it is told"""
    true: bool


@dataclass(frozen=True, slots=True)
class Put:
    """One impulse that was put on."""

    file: int
    kind: str
    over_db: float
    margin: float
    """Highest of those found at its place; -inf where none was"""
    found_as: str | None
    """Kind that it was told as at the card's thresholds; None where it wasn't"""


@dataclass(frozen=True, slots=True)
class Heard:
    """All of a run."""

    files: int
    found: tuple[Found, ...]
    """Down to low scores"""
    put: tuple[Put, ...]
    told: tuple[Found, ...]
    """At the card's thresholds, as the box would"""


def hear(model: Model, cases: Iterable[Case]) -> Heard:
    """Everything that a model finds on the cases, down to a low score and as shipped."""
    found: list[Found] = []
    told: list[Found] = []
    put: list[Put] = []
    thresholds = model.card.thresholds["normal"]
    lowest = {**thresholds, **dict.fromkeys(_KINDS, _LOWEST)}
    files = 0
    for case in tqdm(cases, desc=f"hearing {model.card.name}", unit="file"):
        truth = [one for one in case.mix.truth if one.kind in _KINDS]
        pieces = scored(case.mix.sound, model)
        low, shipped = (
            [one for one in impulses(pieces, model, least) if one.kind in _KINDS]
            for least in (lowest, thresholds)
        )
        found += found_of(files, truth, low, thresholds)
        told += found_of(files, truth, shipped, thresholds)
        put += put_of(files, truth, low, shipped, thresholds)
        files += 1
    return Heard(files, tuple(found), tuple(put), tuple(told))


def found_of(
    file: int, truth: Sequence[Asked], found: Sequence[Impulse], thresholds: dict[str, float]
) -> list[Found]:
    """Each impulse found, with whether one was there."""
    near = _near(truth, found).any(axis=0)
    margins = _margins(found, thresholds)
    return [
        Found(file, one.kind, one.confidence, float(margin), bool(true))
        for one, margin, true in zip(found, margins, near, strict=True)
    ]


def put_of(
    file: int,
    truth: Sequence[Asked],
    low: Sequence[Impulse],
    shipped: Sequence[Impulse],
    thresholds: dict[str, float],
) -> list[Put]:
    """Each impulse put on, with the surest at its place and what it was told as."""
    margins = np.where(_near(truth, low), _margins(low, thresholds), -np.inf)
    told = np.where(_near(truth, shipped), [one.confidence for one in shipped], -np.inf)
    rows = []
    for row, one in enumerate(truth):
        best = int(told[row].argmax()) if np.isfinite(told[row]).any() else None
        kind = None if best is None else shipped[best].kind
        margin = float(margins[row].max(initial=-np.inf))
        rows.append(Put(file, one.kind, one.over_db, margin, kind))
    return rows


def logit(share: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Log odds, of shares cut to 1e-6 from either end."""
    inside = np.clip(np.asarray(share, np.float64), 1e-6, 1.0 - 1e-6)
    return np.log(inside / (1.0 - inside))


def _margins(found: Sequence[Impulse], thresholds: dict[str, float]) -> npt.NDArray[np.float64]:
    return logit([one.confidence for one in found]) - logit([thresholds[one.kind] for one in found])


def _near(truth: Sequence[Asked], found: Sequence[Impulse]) -> npt.NDArray[np.bool_]:
    """Whether found comes within 3 ms of true, (true, found)."""
    reach = round(_TOLERANCE_S * RATE)
    starts = np.array([one.start for one in truth], np.int64)[:, None] - reach
    ends = np.array([one.end for one in truth], np.int64)[:, None] + reach
    first = np.array([one.start for one in found], np.int64)
    last = np.array([one.start + one.length for one in found], np.int64)
    return np.asarray((starts < last) & (ends > first))
