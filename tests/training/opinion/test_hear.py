"""Needs the line's hook for a listener (runout.opinion.listener)."""

import numpy as np

from runout.grading.table import load_table
from runout.model.card import load_model
from runout.opinion.vector import measures_for, names
from runout_training.opinion import hear
from runout_training.opinion.hear import Recorder, hear_file
from runout_training.opinion.labels import Labelled
from sounds import CLEAN, SHELLAC

EAR = load_model()
MEASURES = measures_for(rule.measure for rule in load_table().rules)
NAMES = names(EAR.card.features.n_features, EAR.card.classes, MEASURES)


def heard(path, tmp_path):
    kept = tmp_path / f"{path.stem}.npz"
    hear_file(path, _models(), MEASURES, kept)
    return hear._read(kept, Labelled(path, "VG", path.stem))


def _models():
    from importlib import resources

    return resources.files("runout.models")


def test_a_worn_record_and_a_clean_one_differ_where_they_should(tmp_path):
    worn, clean = heard(SHELLAC, tmp_path), heard(CLEAN, tmp_path)
    place = NAMES.index("log_score_click_mean")
    assert worn.vector[place] > clean.vector[place] + 1.0
    assert len(worn.vector) == len(clean.vector) == len(NAMES)
    assert np.isfinite(worn.vector).all()
    assert clean.table_label == "NM"
    assert worn.table_label not in ("NM", "VG+")


def test_what_cannot_be_graded_says_why(tmp_path):
    broken = tmp_path / "broken.flac"
    broken.write_text("no sound")
    reason = heard(broken, tmp_path)
    assert isinstance(reason, str)
    assert str(broken) not in reason


def test_nothing_heard_leaves_no_vector():
    recorder = Recorder(EAR.card, MEASURES)
    recorder.end({})
    assert recorder.vector is None


def test_a_changed_file_is_another(tmp_path):
    path = tmp_path / "a.flac"
    path.write_bytes(b"one")
    before = hear._name(path)
    path.write_bytes(b"longer")
    assert hear._name(path) != before
