"""All that is measured, and the page that it is written to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from runout.errors import RunoutError
from runout.model.card import Model
from runout_training.corpus.tracks import Split
from runout_training.evaluation import evaluate, invariance, passages, real, structure
from runout_training.evaluation.floors import Floor, floors
from runout_training.evaluation.sets import cases, long_clean, other_wear
from runout_training.evaluation.sets import passages as passage_cases

_BEGIN, _END = "<!-- measured -->", "<!-- end of measured -->"
_INVARIANCE_FILES = 12


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Everything that one run measured."""

    rows: list[evaluate.Row]
    """Ours as shipped first, then ours in float, then the peers"""
    passages: passages.Passages
    captures: list[invariance.Agreement]
    heard: list[real.Heard]
    structure: structure.Structure

    @property
    def floors(self) -> list[Floor]:
        """What was asked for and what was reached."""
        return floors(self.rows, self.passages, self.structure)


def measure(
    cache: Path, models: dict[str, Model], recordings: Sequence[Path], split: Split = "test"
) -> Accuracy:
    """Measure models by name, what ships first, and the peers that are installed."""
    shipped = next(iter(models.values()))
    held_out = [
        *tqdm(cases(cache, split), desc=f"mixing {split}", unit="file"),
        *tqdm(other_wear(cache, split), desc="mixing other wear", unit="file"),
    ]
    busy = [case for case in held_out if case.set == "busy"]
    marked = list(tqdm(passage_cases(cache, split), desc="mixing passages", unit="file"))
    clean = list(tqdm(long_clean(cache, split), desc="mixing clean minutes", unit="file"))
    return Accuracy(
        evaluate.score(cache, models, held_out),
        passages.score_passages(shipped, marked, clean),
        invariance.score_invariance(shipped, busy[:: max(1, len(busy) // _INVARIANCE_FILES)]),
        real.score_real(shipped, recordings),
        structure.evaluate_structure(cache, shipped, split),
    )


def as_markdown(accuracy: Accuracy) -> str:
    """Every table, under its heading."""
    parts = (
        ("Floors", _floors(accuracy.floors)),
        ("Clicks and pops, beside the peers", evaluate.as_markdown(accuracy.rows)),
        ("What is no click", passages.as_markdown(accuracy.passages)),
        ("Structure over time", structure.as_markdown(accuracy.structure)),
        ("The same record, captured otherwise", invariance.as_markdown(accuracy.captures)),
        ("Real records", real.as_markdown(accuracy.heard)),
    )
    return "\n\n".join(f"### {heading}\n\n{table}" for heading, table in parts)


def write(page: Path, measured: str) -> None:
    """Put what was measured between the page's marks; the rest of it stays."""
    text = page.read_text(encoding="utf-8")
    head, begin, rest = text.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise RunoutError(f"{page}: the marks {_BEGIN} and {_END} are missing")
    page.write_text(f"{head}{begin}\n\n{measured}\n\n{end}{tail}", encoding="utf-8")


def _floors(rows: Sequence[Floor]) -> str:
    lines = ["| what | floor | reached | |", "|---|---|---|---|"]
    return "\n".join(
        lines
        + [
            f"| {row.what} | {row.asked} | {row.reached} | {'holds' if row.holds else 'missed'} |"
            for row in rows
        ]
    )
