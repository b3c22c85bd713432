"""What the whole line makes of simulated sides, kept so that another table grades them at once."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import runout
from runout.grading.table import Table, load_table
from runout.model.card import Model
from runout.side.side import SideEnded
from runout_training.corpus.parallel import run
from runout_training.corpus.tracks import RATE, Split
from runout_training.sides.condition import Cause
from runout_training.sides.grooves import Narrow
from runout_training.sides.listen import listen
from runout_training.sides.make import numbered
from runout_training.sides.truth import true_side

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
    folder = kept_folder(cache, model, split, seed)
    job = partial(_outcome, cache, folder, model, split, seed)
    return sorted(
        run(job, [(number,) for number in range(count)], None, "sides"),
        key=lambda one: one.number,
    )


def kept_folder(cache: Path, model: Model, split: Split, seed: int) -> Path:
    """Where what was heard of the sides of a seed is kept."""
    folder = cache / "sides" / f"{split}-{seed}-{model.card.sha256[:8]}-{fingerprint()}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
        answer(true_side(side, table)),
        _heard(side.sound, model, table),
        _heard(side.sound[:, :first], model, table) if longer else None,
    )
    keep(path, asdict(outcome))
    return outcome


def keep(path: Path, fields: dict[str, Any]) -> None:
    """Write what was heard as JSON, whole or not at all."""
    unfinished = path.with_suffix(".partial")
    unfinished.write_text(json.dumps(fields), encoding="utf-8")
    unfinished.rename(path)


def _heard(sound: Narrow, model: Model, table: Table) -> Answer | None:
    side = listen(sound, RATE, model, table)
    return None if side is None else answer(side)


def answer(side: SideEnded) -> Answer:
    """What its grade is made of."""
    return Answer(side.heard_s, {name: float(value) for name, value in side.measurements.items()})


def _kept(fields: dict[str, Any]) -> Outcome:
    answers = {
        name: None if fields[name] is None else Answer(**fields[name])
        for name in ("true", "heard", "first")
    }
    return Outcome(**(fields | answers))
