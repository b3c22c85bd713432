"""Grades of whole simulated sides, held against those that the table gives to the truth.

This is fidelity to the table: whether the line measures what is there well enough to come to the
same grade. Whether people would grade so it can't tell.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.grading.grade import LABELS, Grade, Label
from runout.grading.table import Table, grade, load_table
from runout.model.card import Model
from runout_training.corpus.tracks import RATE, Split
from runout_training.evaluation.bootstrap import Figure, over_files
from runout_training.evaluation.side_outcome import Outcome, hear_sides
from runout_training.sides.condition import Cause

SIDES = 100
_GROUPS: dict[str, str] = {
    "audible_clicks_per_min": "clicks",
    "audible_pops_per_min": "clicks",
    "worst_minute_loudness": "clicks",
    "audible_scratched_percent": "scratches",
    "audible_crackle_percent": "crackle",
    "noise_468_db": "noise",
    "surface_noise_db": "noise",
    "distorted_percent": "distortion",
    "inner_groove_distorted_percent": "distortion",
    "dropouts_per_min": "dropouts",
    "skips": "jumps",
    "locked_grooves": "jumps",
    "hum_db": "hum",
    "off_centre_percent": "wow",
}
"""What limits, by measure: reasons that one remedy or one word serves are the same"""
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Graded:
    """One side by a table."""

    album: str
    cause: Cause
    true: Label
    heard: Label | None
    """None where the grade was withheld"""
    true_reason: str
    heard_reason: str
    first: Label | None
    has_first: bool


@dataclass(frozen=True, slots=True)
class SideGrades:
    """The table; intervals are 95 %, by bootstrap over sets of tracks."""

    sides: int
    albums: int
    exact: Figure
    within_one: Figure
    kappa: Figure
    """Cohen's, quadratic weights"""
    reason: Figure
    """Share whose limiting reason is the true one"""
    first_within_one: Figure
    """Share of sides whose first five minutes grade within a step of the whole side"""
    first_sides: int
    withheld: int
    by_cause: dict[str, tuple[int, float, float, float]]
    """Sides that it limits by truth; exact, within one, right reason"""
    confusion: dict[tuple[str, str], int]
    """Sides by true and heard label"""


def evaluate_sides(
    cache: Path,
    model: Model,
    split: Split = "test",
    seed: int = 1,
    count: int = SIDES,
    table: Table | None = None,
) -> SideGrades:
    """Grade sides of a split, on all cores, going on where it was cut short."""
    outcomes = hear_sides(cache, model, split, seed, count)
    return side_grades([graded(one, table or load_table()) for one in outcomes])


def graded(outcome: Outcome, table: Table) -> Graded:
    """Grade a side by its truth, as it was heard, and by its first minutes."""
    true, heard, first = (
        None if one is None else grade(one.measurements, one.heard_s, RATE, table)
        for one in (outcome.true, outcome.heard, outcome.first)
    )
    assert true is not None
    assert true.label is not None, f"side {outcome.number}: {true.limited_by}"
    return Graded(
        outcome.album,
        outcome.cause,
        true.label,
        None if heard is None else heard.label,
        reason_of(true),
        NOTHING if heard is None else reason_of(heard),
        None if first is None else first.label,
        first is not None,
    )


def reason_of(graded: Grade) -> str:
    """What limits a grade, as a group of measures."""
    if graded.label is None:
        return "withheld"
    if graded.label == LABELS[0]:
        return NOTHING
    worst = max(graded.evidence, key=lambda one: one.index)
    return _GROUPS.get(worst.measure, worst.measure)


def side_grades(sides: Sequence[Graded]) -> SideGrades:
    """The figures of many sides."""
    true = np.array([LABELS.index(one.true) for one in sides])
    heard = np.array([_placed(one.heard, of=one.true) for one in sides])
    right = np.array([one.true_reason == one.heard_reason for one in sides])
    albums = np.unique([one.album for one in sides], return_inverse=True)[1]
    apart = np.abs(true - heard)

    def share(hits: npt.NDArray[np.bool_]) -> Figure:
        return _over_albums(albums, lambda picked: float(np.mean(hits[picked])))

    first = [number for number, one in enumerate(sides) if one.has_first]
    steps = np.array([abs(_placed(sides[n].first, of=sides[n].true) - heard[n]) for n in first])
    first_share = Figure(math.nan, 0.0, 1.0)
    if first:
        near = steps <= 1
        first_share = _over_albums(albums[first], lambda picked: float(np.mean(near[picked])))
    return SideGrades(
        sides=len(sides),
        albums=int(albums.max()) + 1,
        exact=share(apart == 0),
        within_one=share(apart <= 1),
        kappa=_over_albums(albums, lambda picked: kappa(true[picked], heard[picked])),
        reason=share(right),
        first_within_one=first_share,
        first_sides=len(first),
        withheld=sum(one.heard is None for one in sides),
        by_cause={
            cause: (
                len(of_it),
                float(np.mean(apart[of_it] == 0)),
                float(np.mean(apart[of_it] <= 1)),
                float(np.mean(right[of_it])),
            )
            for cause, of_it in _by_reason(sides).items()
        },
        confusion=dict(Counter((one.true, one.heard or "withheld") for one in sides)),
    )


def kappa(true: npt.NDArray[np.int64], heard: npt.NDArray[np.int64]) -> float:
    """Cohen's kappa with quadratic weights (Cohen 1968) of two rows of grades as numbers.

    NaN where chance alone would agree: all of one grade.
    """
    by_chance = np.mean(np.square(true[:, None] - heard[None, :]))
    return float(1.0 - np.mean(np.square(true - heard)) / by_chance) if by_chance else math.nan


def as_markdown(row: SideGrades) -> str:
    """The figures, by cause, and the confusion matrix, as markdown tables."""
    figures = (
        ("the same grade", row.exact),
        ("within one step", row.within_one),
        ("kappa, quadratic weights", row.kappa),
        ("the limiting reason is the true one", row.reason),
        (
            f"first five minutes within a step of the whole side ({row.first_sides} sides)",
            row.first_within_one,
        ),
    )
    columns = [*LABELS, *(["withheld"] if row.withheld else [])]
    return "\n".join(
        [
            f"{row.sides} sides of {row.albums} sets of tracks; grades withheld: {row.withheld}.",
            "",
            "| what | figure [95 % CI] |",
            "|---|---|",
            *(f"| {name} | {figure} |" for name, figure in figures),
            "",
            "| limited by, in truth | sides | the same grade | within one step | right reason |",
            "|---|---|---|---|---|",
            *(
                f"| {cause} | {n} | {exact:.2f} | {near:.2f} | {right:.2f} |"
                for cause, (n, exact, near, right) in row.by_cause.items()
            ),
            "",
            f"| true, heard as | {' | '.join(columns)} |",
            "|---" * (len(columns) + 1) + "|",
            *(
                f"| {true} | {' | '.join(str(row.confusion.get((true, c), 0)) for c in columns)} |"
                for true in LABELS
            ),
        ]
    )


def _over_albums(
    albums: npt.NDArray[np.int64], figure: Callable[[npt.NDArray[np.int64]], float]
) -> Figure:
    """A figure of the sides whose numbers it is given, drawn by albums: their sides share music."""
    members = [np.flatnonzero(albums == album) for album in np.unique(albums)]
    return over_files(
        len(members), lambda picked: figure(np.concatenate([members[album] for album in picked]))
    )


def _placed(label: Label | None, of: Label) -> int:
    """A grade as a number; one that was withheld counts as the farthest from the true one."""
    if label is not None:
        return LABELS.index(label)
    return 0 if LABELS.index(of) > len(LABELS) // 2 else len(LABELS) - 1


def _by_reason(sides: Sequence[Graded]) -> dict[str, list[int]]:
    """Numbers of the sides that each reason limits by truth, the commonest first."""
    by_reason: dict[str, list[int]] = {}
    for number, one in enumerate(sides):
        by_reason.setdefault(one.true_reason, []).append(number)
    return dict(sorted(by_reason.items(), key=lambda item: -len(item[1])))
