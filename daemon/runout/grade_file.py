"""Grades a sound file: the line, over a file, as fast as it goes."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runout.errors import RunoutError
from runout.grading.table import Table, grade
from runout.line import Line
from runout.model.card import Model
from runout.opinion.listener import Listener
from runout.side.side import ModelId, SideEnded
from runout.source.file import FileSource

_BLOCK_S = 0.5


def grade_file(
    path: Path,
    model: Model,
    table: Table,
    progress: Callable[[float], None],
    opinion: Listener | None = None,
    longest_s: float = math.inf,
) -> SideEnded:
    """Hear a file from its beginning to its end as one side, and grade it.

    `progress` is told the share heard so far. In a file nothing but its end ends the side: a
    pause may be the owner's doing. Raises RunoutError when the file can't be heard to its end, or
    is longer than `longest_s` seconds.
    """
    source = FileSource(path, _BLOCK_S)
    check_length(path, source.duration_s or 0.0, longest_s)
    line = Line(model, table, source.sample_rate, lambda: "side", lift_s=math.inf, opinion=opinion)
    heard_s = 0.0
    sides = []
    for block in source.blocks():
        heard = [*line.feed(block.samples)]
        sides += [one for one in heard if isinstance(one, SideEnded)]
        heard_s = (block.start + len(block.samples)) / source.sample_rate
        check_length(path, heard_s, longest_s)
        if source.duration_s:
            progress(min(1.0, heard_s / source.duration_s))
    sides += [one for one in line.finish() if isinstance(one, SideEnded)]
    if sides:
        (side,) = sides
        return replace(side, duration_s=heard_s)
    return _nothing_heard(heard_s, source.sample_rate, model, table)


def check_length(path: Path, length_s: float, longest_s: float) -> None:
    """Raise RunoutError where a file's sound is longer than it may be."""
    if length_s > longest_s:
        raise RunoutError(f"{path}: is longer than {longest_s / 60:g} min, the most that it may be")


def _nothing_heard(duration_s: float, rate: int, model: Model, table: Table) -> SideEnded:
    """The answer to a file in which the needle never went down."""
    return SideEnded(
        side_id="side",
        time_s=0.0,
        duration_s=duration_s,
        heard_s=0.0,
        sample_rate=rate,
        rpm=None,
        grade=grade({}, 0.0, rate, table),
        counts={},
        measurements={},
        events=(),
        model=ModelId(model.card.name, model.card.version, model.card.sha256),
    )
