"""The five systems by name: trained, kept on disk, and behind one call."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import keras
import numpy as np
import numpy.typing as npt

from runout_training.baselines import classic, examples, networks
from runout_training.baselines.examples import Examples
from runout_training.baselines.front_ends import FRONT_ENDS, cut, mono
from runout_training.baselines.judge import Answer, WindowDetector
from runout_training.baselines.windows import WINDOW_S, whole_windows
from runout_training.corpus.tracks import RATE

FOREST = "Random Forest, 8 figures"
SVM = "RBF SVM, 8 figures"

MIXES = 1000
"""Of 6 s to train on: 2000 windows of 3 s, 3000 of 2 s"""

_CLASSIC: dict[str, Callable[[Examples, int], Any]] = {
    FOREST: classic.fit_forest,
    SVM: classic.fit_svm,
}
_NETWORKS: dict[str, tuple[str, networks.Build]] = {
    "CNN, 96 mels": ("mel image", networks.mel_cnn),
    "CRNN, 96 mels": ("mel image", networks.mel_crnn),
    "CNN, 15 MFCCs": ("mfcc image", networks.mfcc_cnn),
}

Score = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float64]]
"""Features of windows in; above 0.5 is damaged"""


def train(cache: Path, seed: int, mixes: int = MIXES) -> dict[str, WindowDetector]:
    """Every system, trained on windows of the train split; those already trained are read."""
    made = examples.build(cache, mixes, seed)
    return fitted(made, folder_of(cache, seed, mixes), seed)


def folder_of(cache: Path, seed: int, mixes: int) -> Path:
    """The folder that systems so trained are kept in, made if it isn't there."""
    made_by = examples.fingerprint(classic.__file__, networks.__file__)
    folder = cache / "baselines" / f"systems-{seed}-{mixes}-{made_by}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fitted(made: dict[str, Examples], folder: Path, seed: int) -> dict[str, WindowDetector]:
    """Every system, trained on examples by the name of the front end, and kept in `folder`."""
    detectors = {
        name: _detector("eight figures", _score_of_classic(classifier))
        for name, classifier in classics(made, folder, seed).items()
    }
    for name, (front_end, build) in _NETWORKS.items():
        path = folder / f"{name}.keras"
        if not path.exists():
            model = networks.fit(build, made[front_end], seed)
            _kept(path, model.save)
        detectors[name] = _detector(front_end, _score_of_network(keras.models.load_model(path)))
    return detectors


def classics(made: dict[str, Examples], folder: Path, seed: int) -> dict[str, Any]:
    """The `FOREST` and the `SVM`, each a scikit-learn pipeline, trained or read from `folder`."""
    trained = {}
    for name, fit in _CLASSIC.items():
        path = folder / f"{name}.joblib"
        if not path.exists():
            search = fit(made["eight figures"], seed)
            print(f"{name}: {search.best_params_}, F1 {search.best_score_:.3f} over the folds")
            _kept(path, partial(joblib.dump, search.best_estimator_))
        trained[name] = joblib.load(path)
    return trained


def _kept(path: Path, write: Callable[[Path], Any]) -> None:
    """Written whole or not at all."""
    unfinished = path.with_stem(f"{path.stem}.partial")
    write(unfinished)
    unfinished.rename(path)


def _score_of_classic(classifier: Any) -> Score:
    if hasattr(classifier, "predict_proba"):
        return lambda features: np.asarray(classifier.predict_proba(features)[:, 1])
    # An SVM has a margin, 0 where it is undecided.
    return lambda features: 1.0 / (1.0 + np.exp(-classifier.decision_function(features)))


def _score_of_network(model: keras.Model) -> Score:
    # A call, since `predict` sets up a loop that costs more than these few windows.
    return lambda features: np.asarray(model(features, training=False), np.float64)[:, 0]


def _detector(front_end: str, score: Score) -> WindowDetector:
    """A system behind the call that all are judged by: windows of 3 s.

    One of shorter windows calls 3 s damaged if any of its own says so, the first and the last.
    """
    features_of, seconds = FRONT_ENDS[front_end]
    lasts = 1 if seconds == WINDOW_S else 2
    shifts = np.rint(np.linspace(0.0, WINDOW_S - seconds, lasts) * RATE).astype(np.int64)

    def detect(sound: npt.NDArray[np.float32]) -> Answer:
        heard = mono(sound)
        starts = whole_windows(sound.shape[1], WINDOW_S)
        pieces = (starts[:, None] + shifts).ravel()
        rows = np.stack([features_of(window) for window in cut(heard, pieces, seconds)])
        scores = score(rows).reshape(len(starts), lasts).max(axis=1)
        return Answer(scores, scores > 0.5)

    return detect
