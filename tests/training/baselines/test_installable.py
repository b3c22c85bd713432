"""What the box says must be what scikit-learn says of the very same figures."""

import numpy as np
import pytest
import soundfile
import soxr

from runout.web.predecessors import figures as box
from runout.web.predecessors.stored import read
from runout_training.baselines import classic, front_ends
from runout_training.baselines import examples as windows_of
from runout_training.baselines.examples import Examples
from runout_training.baselines.installable import calibrated, write
from runout_training.baselines.systems import FOREST, SVM
from runout_training.baselines.windows import WINDOW_S
from runout_training.cli import main
from runout_training.corpus import prepare
from sounds import CLEAN, HISS, SHELLAC

RNG = np.random.default_rng(0)
LENGTH = round(box.WINDOW_S * box.RATE)
TIME = np.arange(LENGTH) / box.RATE

MADE_UP = {
    "noise": RNG.normal(0.0, 0.1, LENGTH),
    "a tone": 0.9 * np.sin(2 * np.pi * 1000.0 * TIME),
    "a hum that hardly moves": 1e-4 * np.sin(2 * np.pi * 50.0 * TIME) + 0.01,
    "silence": np.zeros(LENGTH),
    "one click": np.eye(1, LENGTH, 20_000)[0],
    "two thirds of a second": RNG.normal(0.0, 0.1, 10_667),
    "fewer samples than a frame": RNG.normal(0.0, 0.1, 300),
}


def recorded():
    """Every window of the recordings."""
    for path in (CLEAN, SHELLAC, HISS):
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        mono = soxr.resample(sound.mean(axis=1), rate, box.RATE).astype(np.float32)
        for start in range(0, len(mono) - LENGTH + 1, LENGTH):
            yield mono[start : start + LENGTH]


def agree(window):
    ours = box.eight_figures(window)
    theirs = front_ends.eight_figures(window)
    assert ours.dtype == theirs.dtype
    # Single precision in librosa; centroids are in hertz.
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", MADE_UP)
@pytest.mark.filterwarnings("ignore:n_fft=2048 is too large")
def test_the_figures_are_librosas(name):
    agree(MADE_UP[name].astype(np.float32))


def test_the_figures_are_librosas_of_recordings():
    windows = list(recorded())
    assert len(windows) >= 8
    for window in windows:
        agree(window)


def test_what_is_said_twice_is_the_same():
    assert (box.RATE, box.WINDOW_S) == (front_ends.MONO_RATE, WINDOW_S)


@pytest.fixture(scope="module")
def examples():
    """Figures of about the sizes that sounds have, with labels that they tell in part."""
    size = np.array([0.1, 0.03, 0.15, 0.02, 0.04, 8.0, 700.0, 900.0])
    labels = np.arange(300) % 2
    features = (RNG.normal(1.0, 1.0, (300, 8)) + 0.8 * labels[:, None]) * size
    groups = np.array([f"piece {number // 10}" for number in range(300)])
    return Examples(features.astype(np.float32), labels.astype(np.int8), groups)


@pytest.fixture(scope="module")
def trained(examples):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classic, "_FOREST", {"randomforestclassifier__max_depth": (12,)})
        patch.setattr(classic, "_SVM", {"svc__gamma": ("scale",), "svc__C": (10.0,)})
        return {
            FOREST: classic.fit_forest(examples, 1).best_estimator_,
            SVM: classic.fit_svm(examples, 1).best_estimator_,
        }


@pytest.fixture(scope="module")
def folder(examples, trained, tmp_path_factory):
    made = tmp_path_factory.mktemp("models") / "models"
    paths = write(examples, trained, made)
    assert sorted(made.iterdir()) == paths == [made / "rf.npz", made / "svm.npz"]
    return made


def asked(examples):
    """Figures near those that were trained on, very far ones, and those of the recordings."""
    near = examples.features
    far = (RNG.normal(0.0, 1000.0, (2000, 8)) * near.std(axis=0)).astype(np.float32)
    random = (RNG.normal(1.4, 1.5, (2000, 8)) * near.std(axis=0)).astype(np.float32)
    sounds = np.stack([box.eight_figures(window) for window in recorded()])
    return np.concatenate((near, random, far, sounds))


def test_the_forest_answers_as_scikit_learns(examples, trained, folder):
    figures = asked(examples)
    theirs = trained[FOREST].predict_proba(figures)[:, 1]
    assert np.ptp(theirs) > 0.5
    ours = read(folder, "rf").probabilities(figures)
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-6)


def test_the_svm_answers_as_scikit_learns(examples, trained, folder):
    figures = asked(examples)
    theirs = calibrated(trained[SVM], examples).predict_proba(figures)[:, 1]
    assert np.ptp(theirs) > 0.5
    ours = read(folder, "svm").probabilities(figures)
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-6)


def test_the_svm_is_the_one_that_is_judged(examples, trained):
    """Calibrating adds probabilities and leaves the margin, so the order, as it was."""
    figures = asked(examples)
    (one,) = calibrated(trained[SVM], examples).calibrated_classifiers_
    np.testing.assert_allclose(
        one.estimator.decision_function(figures), trained[SVM].decision_function(figures)
    )


def test_the_command_writes_both_and_trains_no_network(
    examples, folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(classic, "_FOREST", {"randomforestclassifier__max_depth": (12,)})
    monkeypatch.setattr(classic, "_SVM", {"svc__gamma": ("scale",), "svc__C": (10.0,)})
    # No music is there to be mixed.
    monkeypatch.setattr(prepare, "prepare", lambda _cache: None)
    monkeypatch.setattr(windows_of, "build", lambda *_: {"eight figures": examples})
    out = tmp_path / "out"
    assert main(["--cache", str(tmp_path / "cache"), "baselines", "--export", str(out)]) == 0
    written = [out / "rf.npz", out / "svm.npz"]
    assert capsys.readouterr().out.splitlines()[-2:] == [str(path) for path in written]
    for kind in ("rf", "svm"):
        before, after = (read(at, kind).probabilities(examples.features) for at in (folder, out))
        np.testing.assert_allclose(after, before)
