"""Random Forest and RBF SVM on eight figures, as Vinyl Scratch Detector has them."""

from typing import Any

from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from runout_training.baselines.examples import Examples

_FOLDS = 5
_FOREST = {
    "randomforestclassifier__n_estimators": (100, 300),
    "randomforestclassifier__max_depth": (10, 20),
    "randomforestclassifier__min_samples_split": (2, 5, 10),
}
_SVM = {"svc__C": (0.1, 1.0, 10.0, 100.0), "svc__gamma": ("scale", 0.001, 0.01, 0.1)}


def fit_forest(examples: Examples, seed: int) -> GridSearchCV:
    """The best forest of the grid, by F1 over five folds that share no piece of music."""
    forest = RandomForestClassifier(class_weight="balanced", random_state=seed)
    return _searched(forest, _FOREST, examples)


def fit_svm(examples: Examples, seed: int) -> GridSearchCV:
    """Likewise the best SVM."""
    return _searched(SVC(kernel="rbf", class_weight="balanced", random_state=seed), _SVM, examples)


def _searched(
    classifier: Any, grid: dict[str, tuple[Any, ...]], examples: Examples
) -> GridSearchCV:
    search = GridSearchCV(
        make_pipeline(StandardScaler(), classifier), grid, scoring="f1", cv=GroupKFold(_FOLDS)
    )
    # The scaler is inside the folds: fitted on all, it would tell one of the others.
    search.fit(examples.features, examples.labels, groups=examples.groups)
    return search
