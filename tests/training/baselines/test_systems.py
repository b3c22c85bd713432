import numpy as np
import pytest

from runout.web.predecessors.figures import FIGURES
from runout_training.baselines import classic, networks
from runout_training.baselines.examples import Examples, examples_of
from runout_training.baselines.front_ends import (
    MONO_RATE,
    cut,
    eight_figures,
    mel_image,
    mfcc_image,
    mono,
)
from runout_training.baselines.systems import fitted
from runout_training.corpus.tracks import RATE
from runout_training.mix import Mix, Truth

TIME = np.arange(3 * MONO_RATE) / MONO_RATE


def tone(hertz, level=0.5):
    return (level * np.sin(2 * np.pi * hertz * TIME)).astype(np.float32)


def test_the_eight_figures_of_a_tone():
    figures = dict(zip(FIGURES, eight_figures(tone(1000.0)), strict=True))
    assert len(figures) == 8
    assert figures["zcr mean"] == pytest.approx(2000 / MONO_RATE, rel=0.02)
    assert figures["rms mean"] == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    assert figures["centroid mean"] == pytest.approx(1000.0, rel=0.05)


def test_images_have_their_projects_shapes_and_range():
    image = mel_image(tone(500.0))
    assert image.shape == (96, 188)
    assert (image.min(), image.max()) == (0.0, pytest.approx(1.0, abs=1e-3))
    assert mfcc_image(tone(500.0)[: 2 * MONO_RATE]).shape == (15, 63)


def test_mono_is_the_mean_of_both_and_cut_at_the_right_place():
    seconds = np.arange(6 * RATE) / RATE
    left = np.where(seconds < 3, 0.0, np.sin(2 * np.pi * 440 * seconds))
    heard = mono(np.stack((left, 0.0 * left)).astype(np.float32))
    quiet, loud = cut(heard, np.array([0, 3 * RATE]), 3.0)
    assert quiet.shape == loud.shape == (3 * MONO_RATE,)
    assert np.abs(quiet[:-100]).max() < 1e-3
    assert np.sqrt(np.mean(loud**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_windows_carry_their_label_and_group():
    sound = np.random.default_rng(0).normal(0, 0.1, (2, 6 * RATE)).astype(np.float32)
    at = round(4.5 * RATE)
    mix = Mix(sound, (Truth("click", at, at, at + 9, "both", 9.0, True),), (), "music")
    made = examples_of([("a", mix), ("b", mix)])
    assert made["mel image"].features.shape == (4, 96, 188)
    assert made["eight figures"].labels.tolist() == [0, 1, 0, 1]
    assert made["eight figures"].groups.tolist() == ["a", "a", "b", "b"]
    assert made["mfcc image"].labels.tolist() == [0, 0, 1, 0, 0, 1]


def hiss_or_hum(rng, label, shape):
    """What any of these systems can tell: images bright above, or below."""
    image = rng.normal(0.0, 0.1, shape)
    half = shape[0] // 2
    image[slice(half, None) if label else slice(half)] += 1.0
    return image


@pytest.fixture(scope="module")
def plain():
    """Examples of every front end, of sounds that differ as hiss and hum do."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    groups = np.array([f"piece {number // 6}" for number in range(60)])
    made = {
        name: np.stack([hiss_or_hum(rng, label, shape) for label in labels])
        for name, shape in (("mel image", (96, 188)), ("mfcc image", (15, 63)))
    }
    hum, hiss = (tone(60.0), rng.normal(0, 0.1, len(TIME)).astype(np.float32))
    made["eight figures"] = np.stack(
        [eight_figures((hiss if label else hum) * rng.uniform(0.5, 1.0)) for label in labels]
    )
    return {
        name: Examples(features.astype(np.float32), labels.astype(np.int8), groups)
        for name, features in made.items()
    }


def test_systems_are_trained_once_and_answer_for_whole_windows(plain, tmp_path, monkeypatch):
    monkeypatch.setattr(networks, "_EPOCHS", 1)
    monkeypatch.setattr(classic, "_FOREST", {"randomforestclassifier__max_depth": (2, 10)})
    detectors = fitted(plain, tmp_path, seed=1)
    assert len(detectors) == 5
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(written) == 5
    again = fitted(plain, tmp_path, seed=1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    rng = np.random.default_rng(1)
    hiss = rng.normal(0, 0.1, (2, 3 * RATE))
    hum = np.sin(2 * np.pi * 60 * np.arange(3 * RATE + 500) / RATE) * np.ones((2, 1)) * 0.5
    sound = np.concatenate((hiss, hum), axis=1).astype(np.float32)
    for name, detect in detectors.items():
        answer = detect(sound)
        assert answer.scores.shape == answer.damaged.shape == (2,)
        assert np.array_equal(again[name](sound).scores, answer.scores)
    for name in ("Random Forest, 8 figures", "RBF SVM, 8 figures"):
        assert detectors[name](sound).damaged.tolist() == [True, False]


def test_a_network_learns_what_is_plain(plain):
    examples = plain["mfcc image"]
    model = networks.fit(networks.mfcc_cnn, examples, seed=1)
    scores = np.asarray(model(examples.features))[:, 0]
    assert ((scores > 0.5) == (examples.labels == 1)).mean() > 0.9
