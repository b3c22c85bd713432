"""Whether a side keeps its grade, however it is captured."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from runout.grading.grade import LABELS, Grade
from runout.grading.table import Table, grade, load_table
from runout.model.card import Model
from runout_training.corpus.parallel import run
from runout_training.corpus.tracks import RATE, Split
from runout_training.evaluation.side_outcome import Answer, answer, keep, kept_folder
from runout_training.sides.captures import CAPTURES, lowered
from runout_training.sides.grooves import Narrow
from runout_training.sides.listen import listen
from runout_training.sides.make import numbered

SIDES = 6
"""The first ones: each is heard once a capture, and once plainly"""
_PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Steadiness:
    """One capture of some sides, against the plain ones."""

    capture: str
    same: int
    """Sides with the same label"""
    sides: int
    worst: float
    """Largest difference of the index; that of the whole scale where only one has a grade"""


def score_steadiness(
    cache: Path,
    model: Model,
    split: Split,
    seed: int,
    count: int = SIDES,
    table: Table | None = None,
) -> list[Steadiness]:
    """Hear each of the sides 0 to `count` in every capture, going on where it was cut short."""
    job = partial(_answers, cache, kept_folder(cache, model, split, seed), model, split, seed)
    answers = run(job, [(number,) for number in range(count)], None, "captures")
    return steadiness([_graded(one, table or load_table()) for one in answers])


def steadiness(sides: Sequence[dict[str, Grade | None]]) -> list[Steadiness]:
    """The figures, from each side's grades by capture."""
    return [
        Steadiness(
            capture.name,
            sum(_label(one[capture.name]) == _label(one[_PLAIN]) for one in sides),
            len(sides),
            max(apart(one[capture.name], one[_PLAIN]) for one in sides),
        )
        for capture in CAPTURES
    ]


def apart(one: Grade | None, other: Grade | None) -> float:
    """Difference of two grades, in steps of the index."""
    first, second = (None if grade is None else grade.index for grade in (one, other))
    if first is None or second is None:
        return 0.0 if first is second else float(len(LABELS) - 1)
    return abs(first - second)


def as_markdown(rows: Sequence[Steadiness]) -> str:
    """The table, under its heading, as markdown."""
    lines = [
        "### Steady",
        "",
        "| capture | the same grade | index differs by at most |",
        "|---|---|---|",
    ]
    return "\n".join(
        lines + [f"| {row.capture} | {row.same} of {row.sides} | {row.worst:.2f} |" for row in rows]
    )


def _answers(
    cache: Path, folder: Path, model: Model, split: Split, seed: int, number: int
) -> dict[str, Answer | None]:
    path = folder / f"{number:04d}-captures.json"
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {name: None if one is None else Answer(**one) for name, one in kept.items()}
    plain = lowered(numbered(cache, split, seed, number).side.sound)
    table = load_table()

    def heard(sound: Narrow, rate: int) -> Answer | None:
        side = listen(sound, rate, model, table)
        return None if side is None else answer(side)

    answers = {_PLAIN: heard(plain, RATE)}
    for capture in CAPTURES:
        answers[capture.name] = heard(capture.of(plain), capture.rate)
    keep(path, {name: None if one is None else asdict(one) for name, one in answers.items()})
    return answers


def _graded(answers: dict[str, Answer | None], table: Table) -> dict[str, Grade | None]:
    rates = {capture.name: capture.rate for capture in CAPTURES} | {_PLAIN: RATE}
    return {
        name: None if one is None else grade(one.measurements, one.heard_s, rates[name], table)
        for name, one in answers.items()
    }


def _label(grade: Grade | None) -> str | None:
    return None if grade is None else grade.label
