from dataclasses import replace

from runout.doctor.software import model, packages
from runout.errors import RunoutError
from runout.model.card import load_model


def test_what_the_tests_run_with_is_whole():
    assert packages().verdict == "ok"
    finding = model(load_model)
    assert finding.verdict == "ok"
    assert load_model().card.sha256[:12] in finding.words


def test_a_model_that_its_card_does_not_describe_is_told():
    def damaged():
        raise RunoutError("ear.tflite is not the file that its card describes")

    finding = model(damaged)
    assert finding.verdict == "wrong"
    assert "card" in finding.words
    assert finding.advice


def test_a_model_that_no_runtime_can_read_is_told():
    whole = load_model()
    finding = model(lambda: replace(whole, content=whole.content[:1000]))
    assert finding.verdict == "wrong"
