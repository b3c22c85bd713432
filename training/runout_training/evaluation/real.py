"""Real records: no truth there but what peers agree on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from runout.model.card import Model
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.detectors import Detector, Sound, runout
from runout_training.evaluation.evaluate import peers
from runout_training.evaluation.matching import joined

_NEAR_S = 0.003


@dataclass(frozen=True, slots=True)
class Heard:
    """What one detector found on one recording."""

    recording: str
    detector: str
    found: int
    per_s: float
    shared: float
    """Share of it that grooveclean found within 3 ms as well; NaN where it isn't installed"""


def score_real(model: Model, recordings: Sequence[Path]) -> list[Heard]:
    """Every detector on every recording, of any rate."""
    rows = []
    installed = {name: detector for name, (_, detector) in peers().items()}
    for path in recordings:
        sound = _read(path)
        reference = installed.get("grooveclean")
        judged = _starts(reference, sound) if reference is not None else None
        for name, detector in {"Runout": runout(model), **installed}.items():
            starts = _starts(detector, sound)
            seconds = sound.shape[1] / RATE
            shared = _shared(starts, judged) if judged is not None else float("nan")
            rows.append(Heard(path.name, name, len(starts), len(starts) / seconds, shared))
    return rows


def as_markdown(rows: Sequence[Heard]) -> str:
    """The table as markdown."""
    lines = [
        "| recording | detector | found | a second | of these grooveclean found too |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        shared = "-" if np.isnan(row.shared) else f"{100 * row.shared:.0f} %"
        lines.append(
            f"| {row.recording} | {row.detector} | {row.found} | {row.per_s:.1f} | {shared} |"
        )
    return "\n".join(lines)


def _read(path: Path) -> Sound:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != RATE:
        sound = soxr.resample(sound, rate, RATE)
    return np.ascontiguousarray(
        np.repeat(sound, 2, axis=1)[:, :2].T if sound.shape[1] == 1 else sound[:, :2].T
    )


def _starts(detector: Detector, sound: Sound) -> np.ndarray:
    return np.array([span.start for span in joined(detector(sound))])


def _shared(starts: np.ndarray, reference: np.ndarray) -> float:
    if not len(starts):
        return float("nan")
    if not len(reference):
        return 0.0
    near = np.abs(starts[:, None] - reference[None]) <= _NEAR_S * RATE
    return float(near.any(axis=1).mean())
