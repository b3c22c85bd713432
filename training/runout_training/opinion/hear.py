"""Hears labelled sides as the box does, and keeps what was heard."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import runout
from runout.errors import RunoutError
from runout.grade_file import grade_file
from runout.grading.grade import Label
from runout.grading.table import load_table
from runout.model.card import Card, load_model
from runout.model.scorer import Scored
from runout.opinion.listener import pooled_for
from runout.opinion.vector import fingerprint, measures_for, names, vector
from runout_training.corpus.parallel import run
from runout_training.opinion.labels import Labelled

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled side as it was heard."""

    label: Label
    record: str
    table_label: Label
    """What Runout's own table says of it"""
    vector: Array
    """See runout.opinion.vector"""


@dataclass(frozen=True, slots=True)
class Heard:
    """All labelled sides that could be graded."""

    examples: tuple[Example, ...]
    measures: tuple[str, ...]
    """That the vectors tell"""
    problems: tuple[str, ...]
    """A line for each side that is left out"""


class Recorder:
    """Follows the line in place of an opinion model, and keeps the side's vector."""

    def __init__(self, ear: Card, measures: Sequence[str]) -> None:
        self._ear = ear
        self._measures = measures
        self.vector: Array | None = None
        """Of the last side that ended; None where no programme was heard"""
        self.begin()

    def begin(self) -> None:
        """Start a side afresh."""
        self._pooled = pooled_for(self._ear)

    def feed(self, scored: Scored) -> None:
        """Take cells of its programme."""
        self._pooled.feed(scored.rows, scored.scores)

    def end(self, measurements: Mapping[str, float]) -> None:
        """Keep the side's vector; there is no opinion yet."""
        figures = self._pooled.figures()
        if figures is not None:
            self.vector = vector(figures, measurements, self._measures)


def hear(sides: Sequence[Labelled], models: Path, cache: Path) -> Heard:
    """Hear every side, a process a core; what was heard before isn't heard again.

    `models` holds the ear; `cache` keeps what was heard, by file, ear and code.
    """
    ear = load_model(folder=models).card
    measures = measures_for(rule.measure for rule in load_table().rules)
    known = fingerprint(names(ear.features.n_features, ear.classes, measures))
    folder = cache / "opinion" / f"{ear.sha256[:12]}-{known[:12]}-{_code()}"
    folder.mkdir(parents=True, exist_ok=True)
    kept = {one.path: folder / f"{_name(one.path)}.npz" for one in sides}
    jobs = [(path, models, measures, kept[path]) for path in kept if not kept[path].exists()]
    for _ in run(hear_file, jobs, None, "hearing"):
        pass
    examples, problems = [], []
    for one in sides:
        told = _read(kept[one.path], one)
        if isinstance(told, str):
            problems.append(f"{one.path}: {told}")
        else:
            examples.append(told)
    return Heard(tuple(examples), measures, tuple(problems))


def hear_file(path: Path, models: Path, measures: Sequence[str], kept: Path) -> None:
    """Hear one file and write what was heard, whole or not at all."""
    ear = load_model(folder=models)
    recorder = Recorder(ear.card, measures)
    try:
        grade = grade_file(path, ear, load_table(), lambda _: None, recorder).grade
        told: dict[str, str | None] = {"label": grade.label, "reason": grade.limited_by}
    except RunoutError as error:
        told = {"label": None, "reason": str(error).removeprefix(f"{path}: ")}
    heard = np.zeros(0, np.float32) if recorder.vector is None else recorder.vector
    partial = kept.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        np.savez(file, vector=heard, told=np.array(json.dumps(told)))
    partial.rename(kept)


def _read(kept: Path, one: Labelled) -> Example | str:
    """What was heard of a side, or why it wasn't graded."""
    with np.load(kept) as heard:
        told = json.loads(str(heard["told"]))
        if told["label"] is None:
            return str(told["reason"])
        return Example(one.label, one.record, told["label"], heard["vector"])


def _name(path: Path) -> str:
    """Of what is kept of a file: changes with its place, size and time."""
    status = path.stat()
    key = f"{path.resolve()} {status.st_size} {status.st_mtime_ns}"
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _code() -> str:
    """Changes with whatever the box hears and measures by."""
    root = Path(runout.__file__).parent
    digest = hashlib.sha256()
    for source in _sources(root):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def _sources(root: Path) -> Iterator[Path]:
    folders = ("features", "model", "defects", "side", "measure", "grading", "opinion")
    for folder in folders:
        yield from sorted((root / folder).glob("*.py"))
        yield from sorted((root / folder).glob("*.toml"))
    yield root / "line.py"
