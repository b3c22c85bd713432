"""What the whole line makes of simulated sides, kept so that another table grades them at once."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import runout
from runout.grading.table import Table, load_table
from runout.line import Line
from runout.model.card import Model
from runout.side.side import Heard, SideEnded
from runout_training.corpus.parallel import run
from runout_training.corpus.tracks import RATE, Split
from runout_training.sides.condition import Cause
from runout_training.sides.make import numbered
from runout_training.sides.truth import true_side

_BLOCK = RATE // 2
_FIRST_S = 300.0
"""The first five minutes are heard for themselves too"""
_LONGER_S = 30.0
"""... where the side is so much longer"""
_STAGES = ("defects", "features", "measure", "model", "side", "source")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a grade is made of."""

    heard_s: float
    """Seconds of programme"""
    measurements: dict[str, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One side."""

    number: int
    album: str
    cause: Cause
    """What most was drawn of"""
    severity: float
    true: Answer
    heard: Answer | None
    """None where no needle was heard to go down"""
    first: Answer | None
    """Of the first five minutes; None where the side is hardly longer"""


def hear_sides(cache: Path, model: Model, split: Split, seed: int, count: int) -> list[Outcome]:
    """What was measured on each side, kept under the cache by model and code."""
    folder = cache / "sides" / f"{split}-{seed}-{model.card.sha256[:8]}-{fingerprint()}"
    folder.mkdir(parents=True, exist_ok=True)
    job = partial(_outcome, cache, folder, model, split, seed)
    return sorted(
        run(job, [(number,) for number in range(count)], None, "sides"),
        key=lambda one: one.number,
    )


def fingerprint() -> str:
    """Eight digits that change with whatever hears a side, or makes one; the tables don't count."""
    ours, box = Path(__file__).parents[1], Path(runout.__file__).parent
    sources = [Path(__file__), ours / "mix.py", *ours.glob("sides/*.py"), *ours.glob("wear/*.py")]
    for stage in _STAGES:
        sources += box.glob(f"{stage}/*.py")
    digest = hashlib.sha256((box / "line.py").read_bytes())
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:8]


def _outcome(
    cache: Path, folder: Path, model: Model, split: Split, seed: int, number: int
) -> Outcome:
    path = folder / f"{number:04d}.json"
    if path.exists():
        return _kept(json.loads(path.read_text(encoding="utf-8")))
    made = numbered(cache, split, seed, number)
    table = load_table()
    side = made.side
    longer = side.parts[-1].start_s - side.parts[0].start_s > _FIRST_S + _LONGER_S
    first = round((side.parts[0].start_s + _FIRST_S) * RATE)
    outcome = Outcome(
        number,
        made.album.name,
        side.condition.cause,
        side.condition.severity,
        _answer(true_side(side, table)),
        _heard(side.sound, model, table),
        _heard(side.sound[:, :first], model, table) if longer else None,
    )
    unfinished = path.with_suffix(".partial")
    unfinished.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    unfinished.rename(path)
    return outcome


def _heard(sound: npt.NDArray[np.float32], model: Model, table: Table) -> Answer | None:
    """What the line makes of a capture, fed as a file is."""
    line = Line(model, table, RATE, lambda: "side", math.inf)
    said: list[Heard] = []
    for start in range(0, sound.shape[1], _BLOCK):
        said += line.feed(np.ascontiguousarray(sound[:, start : start + _BLOCK].T))
    said += line.finish()
    return next((_answer(one) for one in said if isinstance(one, SideEnded)), None)


def _answer(side: SideEnded) -> Answer:
    return Answer(side.heard_s, {name: float(value) for name, value in side.measurements.items()})


def _kept(fields: dict[str, Any]) -> Outcome:
    answers = {
        name: None if fields[name] is None else Answer(**fields[name])
        for name in ("true", "heard", "first")
    }
    return Outcome(**(fields | answers))
