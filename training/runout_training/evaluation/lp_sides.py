"""Tracks of real LP sides, found from their levels, against edges that a listener set.

The edges are where files were cut: a listener chose how much of the silence between two tracks
goes with either, and cut between tracks that run into each other, too. So an edge counts as met
where ours is within 1.5 s, and as explained where it was set amid the silence that we found.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.side.envelope import GRID_S
from runout.side.groove import OverNoise
from runout.side.needle import Needle
from runout.side.tracks import Part, find_parts

NEAR_S = 1.5
"""Seconds; the floor of what was asked for"""
_STEP = 4
"""Bins that the needle is told at once, about as many as the line tells it"""
_LIFT_S = 4.0
_WHITE_DB = 13.0
"""So much less than the level has the middle of white noise"""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Levels:
    """One side, as it was transferred."""

    name: str
    level: Array
    """dBFS, (bins) of `GRID_S`"""
    middle: Array | None
    """The same from 1 to 3 kHz, where it is known"""
    edges_s: npt.NDArray[np.float64]
    """Where the tracks begin and end, (tracks, 2)"""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge as it was set, and what we have there."""

    side: str
    track: int
    end: bool
    set_s: float
    off_s: float
    """Seconds from it to our nearest edge of the kind; negative: ours is earlier"""
    silent: bool
    """Whether it was set amid a silence that we found"""
    quietest_db: float
    """The least over the groove's noise within `NEAR_S` of it"""

    @property
    def verdict(self) -> str:
        """What to make of it."""
        if abs(self.off_s) <= NEAR_S:
            return "met"
        return "set in the silence" if self.silent else "not found"


def load_levels(path: Path) -> list[Levels]:
    """Read the sides of `tests/data/lp_levels.npz`."""
    with np.load(path) as data:
        names = sorted({key.split("/")[0] for key in data.files})
        return [
            Levels(
                name,
                _decibels(data[f"{name}/level"]),
                _decibels(data[f"{name}/middle"]) if f"{name}/middle" in data.files else None,
                data[f"{name}/edges_s"].astype(np.float64),
            )
            for name in names
        ]


def hear_side(levels: Levels) -> list[tuple[Part, ...]]:
    """Let the needle and the tracks be found; a tuple of parts for each side it is taken for."""
    middle = levels.level - _WHITE_DB if levels.middle is None else levels.middle
    needle = Needle(_LIFT_S)
    where = np.zeros(len(middle), np.uint8)
    sides: list[tuple[float, float]] = []
    begun_s = 0.0
    for start in range(0, len(middle), _STEP):
        end = min(start + _STEP, len(middle))
        at = slice(start, end)
        level_db, middle_db = float(np.median(levels.level[at])), float(np.median(middle[at]))
        change = needle.step(level_db, middle_db, start * GRID_S, end * GRID_S)
        where[at] = needle.where
        if change is not None and change.phase == "needle_down":
            begun_s = change.time_s
        if change is not None and change.phase == "idle":
            sides.append((begun_s, change.time_s))
    if needle.phase != "idle":
        sides.append((begun_s, len(middle) * GRID_S))
    return [_parts(levels, where, start_s, end_s) for start_s, end_s in sides]


def judge_edges(levels: Levels, parts: tuple[Part, ...]) -> list[Edge]:
    """Hold a side's parts against the edges that were set."""
    tracks = [part for part in parts if part.name == "track"]
    silent = [part for part in parts if part.name not in ("track", "needle_drop")]
    over_db = OverNoise(levels.level, levels.middle, _within(levels, parts)).smooth_db
    near = round(NEAR_S / GRID_S)
    edges = []
    for number, (start_s, end_s) in enumerate(levels.edges_s, 1):
        for is_end, set_s in ((False, float(start_s)), (True, float(end_s))):
            ours = np.array([track.end_s if is_end else track.start_s for track in tracks])
            off_s = float((ours - set_s)[np.abs(ours - set_s).argmin()])
            amid = any(part.start_s - NEAR_S <= set_s <= part.end_s + NEAR_S for part in silent)
            place = round(set_s / GRID_S)
            quietest_db = float(over_db[max(0, place - near) : place + near].min())
            edges.append(Edge(levels.name, number, is_end, set_s, off_s, amid, quietest_db))
    return edges


def table(edges: list[Edge]) -> str:
    """Every edge that was not met within `NEAR_S`, as rows of Markdown."""
    rows = [
        "| side | edge | set at, s | ours is off, s | quietest, dB over the noise | |",
        "|---|---|---|---|---|---|",
    ]
    for edge in edges:
        if edge.verdict != "met":
            kind = "end" if edge.end else "start"
            off = f"{edge.off_s:+.1f}" if edge.silent else "-"
            cells = (edge.side, f"{kind} of {edge.track}", f"{edge.set_s:.1f}", off)
            rows.append(f"| {' | '.join(cells)} | {edge.quietest_db:.0f} | {edge.verdict} |")
    return "\n".join(rows)


def main(path: Path) -> None:
    """Print how the edges are met, and those that aren't."""
    edges = [
        edge
        for levels in load_levels(path)
        for parts in hear_side(levels)
        for edge in judge_edges(levels, parts)
    ]
    verdicts = [edge.verdict for edge in edges]
    for verdict in ("met", "set in the silence", "not found"):
        print(f"{verdict}: {verdicts.count(verdict)} of {len(edges)}")
    print(table(edges))


def _parts(
    levels: Levels, where: npt.NDArray[np.uint8], start_s: float, end_s: float
) -> tuple[Part, ...]:
    at = slice(round(start_s / GRID_S), round(end_s / GRID_S))
    middle = None if levels.middle is None else levels.middle[at]
    return find_parts(levels.level[at], middle, where[at], start_s=start_s, landed=start_s > 0.0)


def _within(levels: Levels, parts: tuple[Part, ...]) -> npt.NDArray[np.bool_]:
    """The bins in which the needle is down."""
    down = np.zeros(len(levels.level), np.bool_)
    for part in parts:
        if part.name not in ("lifted", "stopped"):
            down[round(part.start_s / GRID_S) : round(part.end_s / GRID_S)] = True
    return down


def _decibels(stored: npt.NDArray[np.uint8]) -> Array:
    levels: Array = stored * np.float32(0.5) - np.float32(127.5)
    return levels


if __name__ == "__main__":
    main(Path("tests/data/lp_levels.npz"))
