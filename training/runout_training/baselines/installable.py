"""The eight-figure forest and SVM as files that a box can ask, without scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline

from runout.web.predecessors.forest import Forest
from runout.web.predecessors.installed import Kind, path_of
from runout.web.predecessors.scaling import Scaling
from runout.web.predecessors.stored import arrays_of
from runout.web.predecessors.vectors import SupportVectors
from runout_training.baselines import examples, systems
from runout_training.baselines.examples import Examples

_FOLDS = 5


def export(cache: Path, folder: Path, seed: int = 1, mixes: int = systems.MIXES) -> list[Path]:
    """Write both, trained as they are for judging, into a folder of models; return the files."""
    made = examples.build(cache, mixes, seed)
    kept = systems.folder_of(cache, seed, mixes)
    return write(made["eight figures"], systems.classics(made, kept, seed), folder)


def write(figures: Examples, trained: dict[str, Pipeline], folder: Path) -> list[Path]:
    """Write the forest and the SVM of `systems.classics`; the SVM is calibrated for it."""
    models: dict[Kind, Forest | SupportVectors] = {
        "rf": forest_of(trained[systems.FOREST]),
        "svm": vectors_of(calibrated(trained[systems.SVM], figures)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for kind, model in models.items():
        path = path_of(folder, kind)
        partial = path.with_stem(f"{path.stem}.partial")
        np.savez_compressed(partial, **arrays_of(model))
        partial.rename(path)
    return [path_of(folder, kind) for kind in models]


def calibrated(svm: Pipeline, figures: Examples) -> CalibratedClassifierCV:
    """The SVM with Platt's probabilities, found on folds that share no piece of music.

    In the place of `SVC(probability=True)`, which scikit-learn deprecates as of 1.9.
    """
    folds = list(GroupKFold(_FOLDS).split(figures.features, figures.labels, figures.groups))
    search = CalibratedClassifierCV(clone(svm), method="sigmoid", cv=folds, ensemble=False)
    return search.fit(figures.features, figures.labels)


def forest_of(pipeline: Pipeline) -> Forest:
    """The arrays of a scaler and a forest, fitted to labels 0 and 1."""
    scaler, forest = pipeline[0], pipeline[-1]
    trees = [one.tree_ for one in forest.estimators_]
    sizes = np.array([tree.node_count for tree in trees])
    roots = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    # Node numbers count on from tree to tree; a leaf, which has no children, becomes its own.
    first = np.repeat(roots, sizes)
    own = np.arange(sizes.sum())
    leaf = np.concatenate([tree.children_left for tree in trees]) < 0
    left, right, figure, threshold = (
        np.concatenate([getattr(tree, name) for tree in trees])
        for name in ("children_left", "children_right", "feature", "threshold")
    )
    # Counts or shares of the labels, as scikit-learn's version has it.
    weight = np.concatenate([tree.value[:, 0, :] for tree in trees])
    return Forest(
        scaling=_scaling(scaler),
        roots=roots.astype(np.int32),
        left=np.where(leaf, own, first + left).astype(np.int32),
        right=np.where(leaf, own, first + right).astype(np.int32),
        figure=np.where(leaf, 0, figure).astype(np.int8),
        threshold=np.where(leaf, 0.0, threshold),
        share=weight[:, 1] / weight.sum(axis=1),
    )


def vectors_of(classifier: CalibratedClassifierCV) -> SupportVectors:
    """The arrays of a scaler and an SVM with Platt's probabilities, fitted to labels 0 and 1."""
    (one,) = classifier.calibrated_classifiers_
    (platt,) = one.calibrators
    scaler, svm = one.estimator[0], one.estimator[-1]
    return SupportVectors(
        scaling=_scaling(scaler),
        vectors=_doubles(svm.support_vectors_),
        weights=_doubles(svm.dual_coef_[0]),
        # As fitted: the setting may be "scale".
        gamma=_doubles(svm._gamma),
        intercept=_doubles(svm.intercept_[0]),
        platt=_doubles((platt.a_, platt.b_)),
    )


def _scaling(scaler: Any) -> Scaling:
    return Scaling(_doubles(scaler.mean_), _doubles(scaler.scale_))


def _doubles(numbers: Any) -> npt.NDArray[np.float64]:
    return np.array(numbers, np.float64)
