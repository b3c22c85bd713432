"""All pictures of a model in one go."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from runout.model.card import Model
from runout_training.evaluation.sets import Case
from runout_training.report.confusion import confusion_matrix, confusion_of
from runout_training.report.heard import hear
from runout_training.report.importance import (
    feature_importance,
    groups_of,
    importance_of,
    score_of,
    windows_of,
)
from runout_training.report.precision_recall import curve_of, precision_recall, shipped_point
from runout_training.report.recall_by_level import recall_by_level, recall_of
from runout_training.report.reliability import calibration_of, reliability
from runout_training.report.training_curves import read_history, training_curves

_KINDS = ("click", "pop")
_WINDOWS = 1500
_SEED = 1


def report(
    folder: Path, model: Model, cases: Sequence[Case], history: Path | None = None
) -> list[Path]:
    """Write every picture of a model into `folder`; return their paths.

    `cases` are held-out mixes, worn and not; of them most pictures are drawn. `history` is the
    history.csv that training wrote; without it there are no training curves.
    """
    paths = []

    def to(name: str) -> Path:
        paths.append(folder / f"{model.card.name}-{name}.png")
        return paths[-1]

    if history is not None:
        training_curves(read_history(history), to("training"))
    heard = hear(model, cases)
    confusion_matrix(confusion_of(heard, _KINDS), _KINDS, to("confusion"))
    precision_recall(curve_of(heard), shipped_point(heard), to("precision-recall"))
    recall_by_level(recall_of(heard), to("recall-by-level"))
    reliability(calibration_of(heard), to("reliability"))
    rng = np.random.default_rng(_SEED)
    windows, targets = windows_of(model.card, cases, _WINDOWS, rng)
    groups = groups_of(model.card.features)
    losses = importance_of(score_of(model), windows, targets, groups, rng)
    feature_importance(losses, to("importance"))
    return paths
