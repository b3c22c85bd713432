"""Everyone judged by windows: the predecessors, the peers and ourselves, in one run."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from tqdm import tqdm

from runout.defects.impulse import ImpulseFinder
from runout.model.card import Model
from runout_training.baselines.windows import WINDOW_S, counted, damaged, whole_windows
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.bootstrap import Figure, bootstrapped, over_files
from runout_training.evaluation.detectors import Detector, impulses, scored
from runout_training.evaluation.matching import f1
from runout_training.evaluation.remember import remembered
from runout_training.evaluation.sets import IMPULSE_SETS, Case

Sound = npt.NDArray[np.float32]

_LOWEST = 0.02
"""Scores of our own below this rank as none"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a detector says of each window of a sound."""

    scores: npt.NDArray[np.float64]
    """The higher, the likelier damaged; (windows,)"""
    damaged: npt.NDArray[np.bool_]
    cpu_s: float | None = None
    """What it cost, where it was found earlier; None if it is measured now"""


WindowDetector = Callable[[Sound], Answer]
"""Takes a sound of shape (2, samples) at 44.1 kHz; answers for its whole windows of 3 s"""


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One detector's line of the table."""

    detector: str
    f1: Figure
    """Of windows of worn and clean music"""
    precision: float
    recall: float
    auc: Figure
    """Area under the receiver operating characteristic"""
    false_per_min: dict[str, Figure]
    """Windows called damaged, of those that aren't, a minute of clean music and of bare drums"""
    cpu_s_per_s: float
    """CPU seconds a second of stereo sound, all threads"""


def judge(
    detectors: dict[str, WindowDetector],
    cases: Iterable[Case],
    worn: Sequence[str] = IMPULSE_SETS,
) -> list[WindowRow]:
    """A row for each detector on the very same windows; `worn` are the names of the worn sets.

    Sets that are neither those nor clean nor drums are passed over.
    """
    kept = [case for case in cases if case.set in (*worn, "clean", "drums")]
    return [_row(name, detector, kept, worn) for name, detector in detectors.items()]


def by_windows(detector: Detector, version: str, cache: Path) -> WindowDetector:
    """A finder of impulses: a window is damaged if it finds any in it, the more the surer.

    What a finder of this `version` found on the same sound before is read from the cache.
    """

    def detect(sound: Sound) -> Answer:
        starts = whole_windows(sound.shape[1], WINDOW_S)
        answer = remembered(detector, version, sound, cache)
        places = np.array([span.start for span in answer.spans], np.int64)
        found = counted(places, starts, WINDOW_S)
        return Answer(found.astype(np.float64), found > 0, answer.cpu_s)

    return detect


def runout_by_windows(model: Model) -> WindowDetector:
    """Our own: damaged if the box would find any impulse, at the card's thresholds.

    Windows are ranked by the surest of those that a second finder, down to a low score, finds in
    the same scores.
    """

    def detect(sound: Sound) -> Answer:
        thresholds = model.card.thresholds["normal"]
        pieces = scored(sound, model)
        sure = [one for one in impulses(pieces, model, thresholds) if one.kind != "capture_glitch"]
        low = ImpulseFinder(model.card, {**thresholds, "click": _LOWEST, "pop": _LOWEST})
        unsure = [one for piece in pieces for one in low.feed(piece)] + low.finish()
        starts = whole_windows(sound.shape[1], WINDOW_S)
        found = counted(np.array([one.start for one in sure], np.int64), starts, WINDOW_S)
        scores = np.zeros(len(starts))
        for one in unsure:
            window = (one.start >= starts) & (one.start < starts + round(WINDOW_S * RATE))
            scores[window] = np.maximum(scores[window], one.confidence)
        return Answer(scores, found > 0)

    return detect


def auc(scores: npt.NDArray[np.float64], labels: npt.NDArray[np.bool_]) -> float:
    """Share of pairs of a damaged and a sound window that are ranked rightly, ties half.

    Mann-Whitney U; not a number where one of the two is missing.
    """
    wrong = ~labels
    if not labels.any() or not wrong.any():
        return float("nan")
    ranks = rankdata(scores)
    yes = int(labels.sum())
    return float((ranks[labels].sum() - yes * (yes + 1) / 2) / (yes * int(wrong.sum())))


def as_markdown(rows: Sequence[WindowRow]) -> str:
    """The table as markdown."""
    heads = [
        "detector",
        "F1 [95 % CI]",
        "precision",
        "recall",
        "AUC [95 % CI]",
        "false windows/min, clean music",
        "false windows/min, bare drums",
        "CPU s/s",
    ]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in rows:
        cells = [
            row.detector,
            str(row.f1),
            f"{row.precision:.3f}",
            f"{row.recall:.3f}",
            str(row.auc),
            *(
                f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"
                for figure in (row.false_per_min["clean"], row.false_per_min["drums"])
            ),
            f"{row.cpu_s_per_s:.4f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _row(
    name: str, detector: WindowDetector, cases: Sequence[Case], worn: Sequence[str]
) -> WindowRow:
    counts: list[tuple[int, int, int]] = []
    alarms: dict[str, list[tuple[int, float]]] = {"clean": [], "drums": []}
    scores: list[npt.NDArray[np.float64]] = []
    labels: list[npt.NDArray[np.bool_]] = []
    cpu_s = sound_s = 0.0
    for case in tqdm(cases, desc=name, unit="file"):
        began = time.process_time()
        answer = detector(case.mix.sound)
        now_s = time.process_time() - began
        cpu_s += now_s if answer.cpu_s is None else answer.cpu_s
        sound_s += case.mix.sound.shape[1] / RATE
        truth = damaged(case.mix.truth, whole_windows(case.mix.sound.shape[1], WINDOW_S), WINDOW_S)
        false = int((answer.damaged & ~truth).sum())
        if case.set in alarms:
            alarms[case.set].append((false, len(truth) * WINDOW_S / 60.0))
        if case.set == "clean" or case.set in worn:
            right = int((answer.damaged & truth).sum())
            counts.append((right, false, int(truth.sum()) - right))
            scores.append(answer.scores)
            labels.append(truth)
    true, wrong, missed = np.array(counts).sum(axis=0)
    return WindowRow(
        name,
        bootstrapped(np.array(counts, np.float64), lambda sums: f1(*sums)),
        float(true / max(true + wrong, 1)),
        float(true / max(true + missed, 1)),
        over_files(len(scores), lambda picked: _auc_of(scores, labels, picked)),
        {
            kind: bootstrapped(np.array(files), lambda sums: float(sums[0] / sums[1]))
            for kind, files in alarms.items()
        },
        cpu_s / sound_s,
    )


def _auc_of(
    scores: list[npt.NDArray[np.float64]],
    labels: list[npt.NDArray[np.bool_]],
    picked: npt.NDArray[np.int64],
) -> float:
    return auc(
        np.concatenate([scores[file] for file in picked]),
        np.concatenate([labels[file] for file in picked]),
    )
