"""How far two who grade the same sides agree, with intervals by bootstrap over records."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.grading.grade import LABELS, Label
from runout_training.evaluation.bootstrap import Figure, bootstrapped

Counts = npt.NDArray[np.float64]

_DISTANCE = np.abs(np.subtract.outer(np.arange(len(LABELS)), np.arange(len(LABELS))))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two who grade, each figure with its 95 % interval."""

    exact: Figure
    """Share of sides that both give the same label"""
    within_one: Figure
    """... or neighbouring labels of the scale"""
    kappa: Figure
    """Cohen's, weighted by the squared distance (Cohen 1968): 1 is full agreement, 0 chance"""

    def as_json(self) -> dict[str, list[float | None]]:
        """Each figure as value, low and high; null where it can't be told."""
        return {
            name: [round(value, 3) if np.isfinite(value) else None for value in triple]
            for name, triple in (
                (name, (one.value, one.low, one.high))
                for name, one in (
                    ("exact", self.exact),
                    ("within_one", self.within_one),
                    ("kappa", self.kappa),
                )
            )
        }


def agreement(told: Sequence[Label], said: Sequence[Label], records: Sequence[str]) -> Agreement:
    """How far the labels `told` by people and those `said` agree; `records` says whose sides."""
    names = sorted(set(records))
    counts = np.stack(
        [
            confusion(
                [label for label, record in zip(told, records, strict=True) if record == name],
                [label for label, record in zip(said, records, strict=True) if record == name],
            ).ravel()
            for name in names
        ]
    )
    return Agreement(
        bootstrapped(counts, lambda total: _share_within(total, 0)),
        bootstrapped(counts, lambda total: _share_within(total, 1)),
        bootstrapped(counts, kappa),
    )


def confusion(told: Sequence[Label], said: Sequence[Label]) -> Counts:
    """Counts over LABELS, a row a label that was told, a column a label that was said."""
    counts = np.zeros((len(LABELS), len(LABELS)))
    rows = [LABELS.index(label) for label in told]
    np.add.at(counts, (rows, [LABELS.index(label) for label in said]), 1.0)
    return counts


def kappa(counts: Counts) -> float:
    """Cohen's kappa with quadratic weights; not a number where all agree by giving one label."""
    table = counts.reshape(len(LABELS), len(LABELS))
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1.0)
    expected = float((_DISTANCE**2 * by_chance).sum())
    return 1.0 - float((_DISTANCE**2 * table).sum()) / expected if expected > 0.0 else np.nan


def _share_within(counts: Counts, steps: int) -> float:
    return float(counts[(steps >= _DISTANCE).ravel()].sum() / counts.sum())
