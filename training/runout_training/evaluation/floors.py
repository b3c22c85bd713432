"""What was asked for, and what was reached."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from runout_training.evaluation.bootstrap import Figure
from runout_training.evaluation.evaluate import Row
from runout_training.evaluation.passages import Passages
from runout_training.evaluation.structure import Structure


@dataclass(frozen=True, slots=True)
class Floor:
    """One figure beside what it should be."""

    what: str
    asked: str
    reached: str
    holds: bool


def floors(rows: Sequence[Row], passages: Passages, structure: Structure) -> list[Floor]:
    """Every floor of the ear; `rows` are ours as shipped, ours in float, then the peers."""
    ours, in_float = rows[:2]
    beside, peer = _beside(rows, "grooveclean")
    faint = ours.precision["faint"], ours.recall["faint"]
    jumps = (structure.skips_back, structure.skips_ahead, structure.locked_grooves)
    return [
        _least("clicks and pops, sparse and busy: F1", ours.f1["worn"], 0.97),
        Floor(
            "the same, against grooveclean",
            "above it",
            f"{beside:.3f} against {peer:.3f}",
            beside > peer,
        ),
        Floor(
            "faint (0 to 9 dB over programme)",
            "recall 0.75 at precision 0.95",
            f"recall {faint[1]:.3f} at precision {faint[0]:.3f}",
            faint[0] >= 0.95 and faint[1] >= 0.75,
        ),
        _most("clean music: false alarms a minute", passages.clean_per_min["normal"], 0.1),
        _most("bare drum patterns: false alarms a minute", ours.false_per_min["drums"], 0.5),
        _least(
            "scratches of five turns or more named, with the right speed",
            structure.scratches_named,
            0.95,
        ),
        _most(
            "false scratches an hour of clean music with drums",
            structure.false_scratches_per_hour,
            1.0,
        ),
        *(
            _least(f"{name}: recall", figure, 0.95)
            for name, figure in zip(
                ("skips back", "skips ahead", "locked grooves"), jumps, strict=True
            )
        ),
        _most(
            "skips and locked grooves in two hours of loop-based music: false an hour",
            structure.false_jumps_per_hour,
            0.0,
        ),
        _least("capture glitches told from clicks", passages.glitches_told, 0.95),
        _most("clicks called capture glitches", passages.clicks_called_glitches, 0.01),
        _least("dense: scenes whose rate is told within 20 %", structure.dense_within, 0.95),
        Floor(
            "onset error, median",
            "1 ms",
            f"{passages.onset_error_ms[0]:.2f} ms",
            passages.onset_error_ms[0] <= 1.0,
        ),
        Floor(
            "int8 against float, F1",
            "within 0.005",
            f"{ours.f1['worn'].value - in_float.f1['worn'].value:+.4f}",
            abs(ours.f1["worn"].value - in_float.f1["worn"].value) <= 0.005,
        ),
    ]


def _beside(rows: Sequence[Row], peer: str) -> tuple[float, float]:
    """F1 of ours and of a peer on the same files, which are two neighbouring rows."""
    for ours, theirs in pairwise(rows):
        if theirs.detector.startswith(peer):
            return ours.f1["worn"].value, theirs.f1["worn"].value
    return rows[0].f1["worn"].value, math.nan


def _least(what: str, figure: Figure, least: float) -> Floor:
    return Floor(what, f"at least {least:g}", str(figure), figure.value >= least)


def _most(what: str, figure: Figure, most: float) -> Floor:
    return Floor(what, f"at most {most:g}", str(figure), figure.value <= most)
