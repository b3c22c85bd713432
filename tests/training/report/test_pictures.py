"""Each picture is a PNG of its size with something on it; the numbers behind it are right."""

import struct

import numpy as np
import pytest

from runout.defects.impulse import Impulse
from runout.features.params import FeatureParams
from runout_training.mix import Truth
from runout_training.report.confusion import confusion_matrix, confusion_of
from runout_training.report.heard import Found, Heard, Put, found_of, logit, put_of
from runout_training.report.importance import (
    average_precision,
    feature_importance,
    groups_of,
    importance_of,
)
from runout_training.report.precision_recall import curve_of, precision_recall, shipped_point
from runout_training.report.recall_by_level import recall_by_level, recall_of
from runout_training.report.reliability import calibration_of, reliability
from runout_training.report.training_curves import read_history, training_curves

THRESHOLDS = {"click": 0.9, "pop": 0.5}
KINDS = ("click", "pop")


def is_picture(path):
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == (1080, 720)
    return 10_000 < len(content) < 400_000


def truth(start, kind="click", over_db=10.0):
    return Truth(kind, start, start + 2, start + 20, "both", over_db, True)


def impulse(start, confidence, kind="click"):
    return Impulse(start, 10, kind, "both", 12.0, confidence)


def found(confidence, true, kind="click", file=0):
    margin = float(logit(confidence) - logit(THRESHOLDS[kind]))
    return Found(file, kind, confidence, margin, true)


def put(margin, kind="click", over_db=10.0, file=0):
    return Put(file, kind, over_db, margin, kind if margin >= 0 else None)


@pytest.fixture
def heard():
    """Of four impulses three are told, of four told one is false; a pop is told as a click."""
    told = (found(0.95, True), found(0.97, True), found(0.99, False), found(0.6, True, "pop"))
    low = (found(0.2, True), found(0.1, False))
    puts = (put(1.0, over_db=4.0), put(2.0), put(0.5, "pop"), put(-3.0, over_db=4.0, file=1))
    mistaken = Put(1, "pop", 20.0, 1.0, "click")
    return Heard(2, (*told, *low), (*puts, mistaken), told)


def test_what_is_found_is_true_within_three_milliseconds_of_an_impulse():
    rows = found_of(3, [truth(10_000)], [impulse(10_140, 0.9), impulse(10_200, 0.5)], THRESHOLDS)
    assert [row.true for row in rows] == [True, False]
    assert rows[0].margin == pytest.approx(0.0)
    assert rows[1].margin == pytest.approx(-np.log(9.0))
    assert rows[0].file == 3


def test_an_impulse_is_told_as_the_surest_at_its_place():
    near = [impulse(9_990, 0.6, "pop"), impulse(10_010, 0.95)]
    low = [*near, impulse(50_000, 0.3)]
    rows = put_of(0, [truth(10_000), truth(50_000), truth(90_000)], low, near, THRESHOLDS)
    assert [row.found_as for row in rows] == ["click", None, None]
    assert rows[0].margin == pytest.approx(float(logit(0.95) - logit(0.9)))
    assert rows[1].margin == pytest.approx(float(logit(0.3) - logit(0.9)))
    assert rows[2].margin == -np.inf


def test_without_truth_or_findings_there_are_no_rows():
    assert put_of(0, [], [impulse(1, 0.9)], [], THRESHOLDS) == []
    assert found_of(0, [], [], THRESHOLDS) == []
    assert [row.found_as for row in put_of(0, [truth(5)], [], [], THRESHOLDS)] == [None]


def test_confusion(heard, tmp_path):
    counts = confusion_of(heard, KINDS)
    assert counts.tolist() == [[2, 0, 1], [1, 1, 0], [1, 0, 0]]
    path = tmp_path / "confusion.png"
    confusion_matrix(counts, KINDS, path)
    assert is_picture(path)


def test_precision_and_recall(heard, tmp_path):
    assert shipped_point(heard) == (3 / 4, 4 / 5)
    curve = curve_of(heard)
    assert np.all(np.diff(curve.margins) > 0)
    assert np.all(np.diff(curve.recall) <= 0)
    shipped = int(np.flatnonzero(curve.margins >= 0)[0])
    assert curve.precision[shipped] == 3 / 4
    assert curve.recall[shipped] == 4 / 5
    assert curve.precision[0] == 4 / 6  # all that was found
    assert curve.precision[-1] == 0.0  # the surest is false
    path = tmp_path / "precision-recall.png"
    precision_recall(curve, shipped_point(heard), path)
    assert is_picture(path)


def test_recall_by_level(heard, tmp_path):
    recalls = recall_of(heard)
    assert {low: figure.value for low, figure in recalls.items()} == {3.0: 0.5, 9.0: 1.0, 18.0: 1.0}
    assert (recalls[3.0].low, recalls[3.0].high) == (0.0, 1.0)  # one file has all, one none
    path = tmp_path / "recall.png"
    recall_by_level(recalls, path)
    assert is_picture(path)


def test_an_honest_confidence_has_no_error_and_a_proud_one_has_its_pride(tmp_path):
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.0, 1.0, 20_000)
    true = rng.uniform(0.0, 1.0, 20_000) < confidence
    rows = tuple(found(one, bool(hit)) for one, hit in zip(confidence, true, strict=True))
    honest = calibration_of(Heard(1, rows, (), ()))
    assert honest.counts.sum() == 20_000
    assert len(honest.counts) == 10
    assert honest.error < 0.02
    half = tuple(found(0.9, number % 2 == 0) for number in range(100))
    proud = calibration_of(Heard(1, half, (), ()))
    assert proud.share.tolist() == [0.5]
    assert proud.error == pytest.approx(0.4)
    path = tmp_path / "reliability.png"
    reliability(honest, path)
    assert is_picture(path)


def test_the_group_that_the_model_hears_by_is_the_one_that_counts(tmp_path):
    params = FeatureParams()
    groups = groups_of(params)
    rng = np.random.default_rng(0)
    windows = rng.normal(size=(60, 6, params.n_features)).astype(np.float32)
    targets = (windows[:, 2:4, groups["MFCC vertical"]].mean(axis=2) > 0.2).astype(np.int8)
    losses = importance_of(
        lambda rows: rows[:, 2:4, groups["MFCC vertical"]].mean(axis=2).astype(np.float64),
        windows,
        targets,
        groups,
        rng,
    )
    assert losses["MFCC vertical"].min() > 0.5
    assert all(not losses[name].any() for name in groups if name != "MFCC vertical")
    path = tmp_path / "importance.png"
    feature_importance(losses, path)
    assert is_picture(path)


def test_groups_share_out_every_column_once():
    params = FeatureParams()
    columns = np.concatenate(
        [np.arange(params.n_features)[one] for one in groups_of(params).values()]
    )
    assert columns.tolist() == list(range(params.n_features))


def test_average_precision_by_hand():
    scores = np.array([[0.9, 0.8, 0.7, 0.6]])
    assert average_precision(scores, np.array([[1, 0, 1, 0]], np.int8)) == pytest.approx(5 / 6)
    assert average_precision(scores, np.array([[1, -1, 1, 0]], np.int8)) == 1.0


def test_a_history_told_twice_counts_once(tmp_path):
    log = tmp_path / "history.csv"
    log.write_text("epoch,loss,val_loss\n0,0.5,0.4\n1,0.3,0.35\n1,0.2,0.3\n2,0.1,0.25\n")
    history = read_history(log)
    assert history["epoch"].tolist() == [0, 1, 2]
    assert history["loss"].tolist() == [0.5, 0.2, 0.1]
    path = tmp_path / "deeper" / "training.png"
    training_curves(history, path)
    assert is_picture(path)
