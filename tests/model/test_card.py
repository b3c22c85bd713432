import json

import pytest

from runout.errors import RunoutError
from runout.model.card import load_model, parse_card
from runout.model.sensitivity import SENSITIVITIES


def test_the_shipped_model_fits_its_card():
    model = load_model()
    assert model.card.classes == ("click", "pop", "dropout", "distortion", "capture_glitch")
    assert len(model.content) < 1_000_000
    assert tuple(model.card.thresholds) == SENSITIVITIES
    for thresholds in model.card.thresholds.values():
        assert set(thresholds) == set(model.card.classes)
    for name in ("click", "pop"):
        low, normal, high = (model.card.thresholds[one][name] for one in SENSITIVITIES)
        assert low >= normal >= high
    assert len(model.card.normalization.mean) == model.card.features.n_features
    assert model.card.training["packages"]
    assert model.card.measured["f1"]["worn"]["value"] > 0.5


def test_a_card_survives_being_written_and_read():
    card = load_model().card
    assert parse_card(json.dumps(card.as_json())) == card


def test_a_missing_model_is_one_line(tmp_path):
    with pytest.raises(RunoutError, match=r"model 'ear' is not installed: .*ear.tflite is missing"):
        load_model(folder=tmp_path)


def test_a_swapped_tflite_is_refused(tmp_path):
    model = load_model()
    (tmp_path / "ear.tflite").write_bytes(model.content + b"x")
    (tmp_path / "ear.json").write_text(json.dumps(model.card.as_json()))
    with pytest.raises(RunoutError, match="not the file that its card describes"):
        load_model(folder=tmp_path)


@pytest.mark.parametrize("which", ["mean", "scale"])
def test_a_card_that_normalizes_too_few_features_is_one_line(tmp_path, which):
    model = load_model()
    card = model.card.as_json()
    card["normalization"][which] = card["normalization"][which][:-1]
    (tmp_path / "ear.tflite").write_bytes(model.content)
    (tmp_path / "ear.json").write_text(json.dumps(card))
    with pytest.raises(RunoutError, match="161 features, normalized by"):
        load_model(folder=tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": 3}'])
def test_a_broken_card_is_one_line(tmp_path, text):
    (tmp_path / "ear.tflite").write_bytes(b"")
    (tmp_path / "ear.json").write_text(text)
    with pytest.raises(RunoutError, match="its card can't be read"):
        load_model(folder=tmp_path)
