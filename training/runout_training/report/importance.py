"""What each group of features is worth: how much worse the model ranks when it is shuffled."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runout.features.params import FeatureParams
from runout.model.card import Card, Model
from runout.model.interpreter import Interpreter
from runout_training.dataset import features_of
from runout_training.evaluation.sets import Case
from runout_training.report.style import BLUE, picture

Rows = npt.NDArray[np.float32]
Score = Callable[[Rows], npt.NDArray[np.float64]]
"""Windows of normalized rows, (windows, cells, features), to a score a scored cell"""

_ASKED = ("click", "pop")
_REPEATS = 3


def groups_of(params: FeatureParams) -> dict[str, slice]:
    """Columns of each group of features, as the front end lays them out."""
    signal = 2 * (params.slots + 1)
    names = ["prediction error", *(f"second difference, lag {lag}" for lag in params.lags)]
    cepstra = {
        "MFCC lateral": slice(0, params.n_mfcc),
        "MFCC vertical": slice(params.n_mfcc, 2 * params.n_mfcc),
    }
    first = 2 * params.n_mfcc
    walls = {
        name: slice(first + number * signal, first + (number + 1) * signal)
        for number, name in enumerate(names)
    }
    vertical = slice(first + params.n_wall_impulse, params.n_features)
    return cepstra | walls | {"prediction error, vertical": vertical}


def windows_of(
    card: Card, cases: Iterable[Case], most: int, rng: np.random.Generator
) -> tuple[Rows, npt.NDArray[np.int8]]:
    """Normalized windows of the cases, `most` at most, drawn evenly, and their targets.

    Targets are (windows, scored cells): 1 where a click or pop peaks, -1, which isn't asked,
    beside it, 0 elsewhere.
    """
    window = card.window
    rows, targets = [], []
    for case in cases:
        features = card.normalization.apply(features_of(case.mix.sound, card.features))
        asked = np.zeros(len(features), np.int8)
        cells = [one.peak // card.features.hop for one in case.mix.truth if one.kind in _ASKED]
        peaks = np.array([cell for cell in cells if cell < len(asked)], np.int64)
        for beside in (peaks - 1, peaks + 1):
            asked[beside[(beside >= 0) & (beside < len(asked))]] = -1
        asked[peaks] = 1
        for start in range(0, len(features) - window.cells + 1, window.scored):
            rows.append(features[start : start + window.cells])
            scored = slice(start + window.past, start + window.past + window.scored)
            targets.append(asked[scored])
    picked = rng.permutation(len(rows))[:most]
    return np.stack([rows[one] for one in picked]), np.stack([targets[one] for one in picked])


def score_of(model: Model) -> Score:
    """The highest logit of click and pop of every scored cell."""
    interpreter = Interpreter(model.content)
    asked = [model.card.classes.index(name) for name in _ASKED]

    def score(windows: Rows) -> npt.NDArray[np.float64]:
        return np.stack([interpreter.run(rows)[:, asked].max(axis=1) for rows in windows])

    return score


def average_precision(scores: npt.NDArray[np.float64], targets: npt.NDArray[np.int8]) -> float:
    """Mean of the precision at each cell that holds an impulse, of those that are asked."""
    asked = targets >= 0
    order = np.argsort(-scores[asked], kind="stable")
    true = targets[asked][order] == 1
    hits = np.cumsum(true)
    return float((hits / np.arange(1, len(true) + 1))[true].mean())


def importance_of(
    score: Score,
    windows: Rows,
    targets: npt.NDArray[np.int8],
    groups: dict[str, slice],
    rng: np.random.Generator,
) -> dict[str, npt.NDArray[np.float64]]:
    """Loss of average precision by group, once for each of three shufflings.

    A group is shuffled whole, from window to window: what belongs together stays so (permutation
    importance, Breiman 2001; in groups, since neighbouring features say the same).
    """
    whole = average_precision(score(windows), targets)
    losses = {}
    for name, columns in tqdm(groups.items(), desc="shuffling features", unit="group"):
        drops = []
        for _ in range(_REPEATS):
            shuffled = windows.copy()
            shuffled[..., columns] = windows[rng.permutation(len(windows))][..., columns]
            drops.append(whole - average_precision(score(shuffled), targets))
        losses[name] = np.array(drops)
    return losses


def feature_importance(losses: dict[str, npt.NDArray[np.float64]], path: Path) -> None:
    """A bar a group, the weightiest on top."""
    names = sorted(losses, key=lambda name: float(losses[name].mean()))
    means = np.array([losses[name].mean() for name in names])
    ends = np.array([(losses[name].min(), losses[name].max()) for name in names])
    with picture(path, "What each group of features is worth") as axes:
        axes.barh(names, means, xerr=np.abs(ends.T - means), color=BLUE, capsize=4)
        for place, (mean, (_, high)) in enumerate(zip(means, ends, strict=True)):
            axes.text(max(high, 0.0), place, f"  {mean:.3f}", va="center")
        axes.set(xlabel=f"average precision lost when shuffled ({_REPEATS} times)")
        axes.set_xlim(min(0.0, float(ends.min()) * 1.1), max(float(ends.max()), 1e-3) * 1.18)
        axes.grid(visible=False, axis="y")
