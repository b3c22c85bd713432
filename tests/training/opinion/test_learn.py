import json

import numpy as np
import pytest

from runout.errors import RunoutError
from runout.grading.table import load_table
from runout.model.card import load_model
from runout.opinion.model import load_opinion
from runout.opinion.vector import measures_for, names
from runout_training.cli import main
from runout_training.opinion import folds, head, learn
from runout_training.opinion.hear import Example, Heard
from runout_training.opinion.learn import classes_of
from sounds import SHELLAC

EAR = load_model().card
LABELS = ("NM", "VG", "G+")


def heard_as(monkeypatch, tmp_path, sides):
    """Let `hear` answer vectors that tell the label, for files that are only names."""
    measures = measures_for(rule.measure for rule in load_table().rules)
    all_names = names(EAR.features.n_features, EAR.classes, measures)

    def hear(labelled, _models, _cache):
        rng = np.random.default_rng(1)
        examples = []
        for one in labelled:
            vector = rng.normal(0.0, 0.3, len(all_names)).astype(np.float32)
            place = all_names.index(measures[0])
            vector[place - 20 : place + 1] += 2.0 * LABELS.index(one.label)
            examples.append(Example(one.label, one.record, "VG", vector))
        return Heard(tuple(examples), measures, ())

    monkeypatch.setattr(learn, "hear", hear)
    monkeypatch.setattr(head, "MOST_STEPS", 60)
    monkeypatch.setattr(folds, "FOLDS", 2)
    for number in range(sides):
        path = tmp_path / "sides" / LABELS[number % 3] / f"record {number // 6} {number % 3}-a.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_stem(f"{path.stem[:-2]}{number}").write_bytes(b"")


def test_labelled_sides_become_a_model_that_the_box_can_load(monkeypatch, tmp_path, capsys):
    heard_as(monkeypatch, tmp_path, 30)
    out = tmp_path / "out"
    call = ["--cache", tmp_path / "cache", "grade", tmp_path / "sides", "--out", out]
    assert main([str(part) for part in call]) == 0
    words = capsys.readouterr().out
    assert "30 sides of 30 records: 10 NM, 10 VG, 10 G+" in words
    for who in ("this model", "Runout's table", "commonest label"):
        assert who in words
    assert (out / "confusion.png").read_bytes().startswith(b"\x89PNG")
    card = json.loads((out / "opinion.json").read_text())
    assert card["ear_sha256"] == EAR.sha256
    model = load_opinion(out / "opinion.tflite", EAR)
    assert (model.card.classes, model.card.sides, model.card.records) == (LABELS, 30, 30)
    exact = {who: card["measured"][who]["exact"][0] for who in ("this model", "Runout's table")}
    assert exact["this model"] > 0.8
    assert exact["Runout's table"] == pytest.approx(1 / 3, abs=0.001)
    vector = np.zeros(len(model.card.features), np.float32)
    opinion = model.ask(vector)
    assert sum(opinion.probabilities.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("sides", "reason"),
    [
        ([], "0 records, 0 labels"),
        ([("VG", str(n)) for n in range(20)], "20 records, 1 labels"),
        ([("VG", "a"), ("NM", "b")] * 30, "2 records, 0 labels"),
        ([("VG", str(n)) for n in range(20)] + [("NM", "x")], "21 records, 1 labels"),
    ],
)
def test_too_little_is_refused(sides, reason):
    with pytest.raises(RunoutError, match=reason):
        classes_of(sides)


def test_labels_that_are_rare_are_known_all_the_same():
    sides = [(label, f"{label}{n}") for label in ("VG", "NM") for n in range(6)]
    assert classes_of([*sides, ("P", "x")]) == ("NM", "VG", "P")


def test_the_command_refuses_in_one_line_before_it_hears_anything(tmp_path, capsys):
    (tmp_path / "VG").mkdir()
    (tmp_path / "VG" / "a.flac").write_bytes(SHELLAC.read_bytes())
    assert main(["--cache", str(tmp_path / "cache"), "grade", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("runout-train: too little to learn from: 1 records")
    assert not (tmp_path / "cache").exists()
