import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion.examples import CARD, EAR, FEATURES
from runout.errors import RunoutError
from runout.opinion.card import parse
from runout.opinion.installed import second_opinion
from runout.opinion.model import OpinionModel, load_opinion, probabilities, rank


class Said:
    """A network that answers the same logits, and keeps what it was asked."""

    def __init__(self, *logits):
        self.logits = np.array(logits, np.float32)

    def run(self, values):
        self.asked = values
        return self.logits


def logit(share):
    return float(np.log(share / (1.0 - share)))


def test_probabilities_are_what_lies_between_the_steps():
    shares = probabilities(np.array([logit(0.9), logit(0.4)], np.float32))
    assert shares == pytest.approx([0.1, 0.5, 0.4], abs=1e-6)
    assert rank(shares) == 1


@given(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=6))
def test_any_logits_give_shares_and_a_rank_that_half_of_them_lie_on_either_side_of(logits):
    shares = probabilities(np.array(logits, np.float32))
    assert (shares >= 0.0).all()
    assert shares.sum() == pytest.approx(1.0)
    middle = rank(shares)
    assert shares[: middle + 1].sum() >= 0.5 - 1e-9
    assert shares[middle:].sum() >= 0.5 - 1e-9


def test_an_answer_is_told_on_the_scale():
    said = Said(logit(0.8), logit(0.6))
    opinion = OpinionModel(CARD, EAR.card, said).ask(np.full(len(FEATURES), 5.0, np.float32))
    # (5 - 1) / 2, which is how the card normalizes.
    assert (said.asked == 2.0).all()
    assert (opinion.label, opinion.name, opinion.sides) == ("G", "opinion", 120)
    assert opinion.probabilities == pytest.approx({"NM": 0.2, "VG+": 0.2, "G": 0.6}, abs=1e-6)
    assert opinion.index == pytest.approx(0.2 * 0 + 0.2 * 1 + 0.6 * 4, abs=1e-5)


def test_a_card_reads_as_it_was_written():
    text = json.dumps(CARD.as_json())
    assert parse(text, "card") == CARD


def broken(**changes):
    return json.dumps(CARD.as_json() | changes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no card of an opinion model"),
        ("[]", "no card of an opinion model"),
        ("null", "no card of an opinion model"),
        ("[" * 100_000, "no card of an opinion model"),
        ("{}", "'format' is missing"),
        (broken(format=2), "its format 2 isn't 1"),
        (broken(classes=["VG", "NM"]), "aren't two or more of NM, "),
        (broken(classes=["NM"]), "aren't two or more"),
        (broken(classes="NM"), "aren't two or more"),
        (broken(classes=["NM", "EX"]), "aren't two or more"),
        (broken(sides="many"), "no card of an opinion model"),
        (
            broken(normalization={"mean": [0.0], "scale": [1.0], "clip": 4}),
            "normalization isn't of",
        ),
        (broken(normalization={"mean": ["x"], "scale": [1.0], "clip": 4}), "no card"),
        (
            broken(
                normalization={
                    "mean": [0.0] * len(FEATURES),
                    "scale": [0.0] * len(FEATURES),
                    "clip": 4,
                }
            ),
            "divides by nothing",
        ),
    ],
)
def test_what_is_no_card_is_one_clear_line(text, reason):
    with pytest.raises(RunoutError) as caught:
        parse(text, "opinion.json")
    assert str(caught.value).startswith("opinion.json: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def install(folder, content=b"TFL", **changes):
    card = replace(CARD, sha256=hashlib.sha256(content).hexdigest())
    (folder / "opinion.tflite").write_bytes(content)
    (folder / "opinion.json").write_text(json.dumps(replace(card, **changes).as_json()))
    return folder / "opinion.tflite"


def refusal(path):
    with pytest.raises(RunoutError) as caught:
        load_opinion(path, EAR.card)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path.parent}/")
    return message


def test_files_that_are_missing(tmp_path):
    assert "opinion.tflite: can't be read: No such file" in refusal(tmp_path / "opinion.tflite")
    (tmp_path / "opinion.tflite").write_bytes(b"x")
    assert "opinion.json: can't be read: No such file" in refusal(tmp_path / "opinion.tflite")
    (tmp_path / "opinion.json").write_bytes(b"\xff\xfe")
    assert "not a text file" in refusal(tmp_path / "opinion.tflite")


def test_a_model_for_another_ear(tmp_path):
    path = install(tmp_path, ear_sha256="ab" * 32)
    assert "made for another ear model (abababababab, here is" in refusal(path)


def test_a_file_that_its_card_does_not_describe(tmp_path):
    assert "not the file that opinion.json describes" in refusal(install(tmp_path, sha256="0"))


def test_other_features(tmp_path):
    path = install(tmp_path, features=FEATURES[::-1])
    assert "other features than ours" in refusal(path)
    assert "other features" in refusal(install(tmp_path, features_sha256="0"))


def test_what_is_no_tflite_file(tmp_path):
    assert "not a TFLite model" in refusal(install(tmp_path))


def test_a_network_of_another_shape(tmp_path):
    path = install(tmp_path, EAR.content)
    assert f"takes (72, 161), not {len(FEATURES)} figures" in refusal(path)


def test_none_named_is_none():
    assert second_opinion("", EAR) is None
