import io
import json

import pytest

from runout.doctor import doctor as round_
from runout.doctor.finding import Finding
from runout.report.terminal.style import Style

FOUND = [
    Finding("disk", "ok", "100 MB free"),
    Finding("preamp", "look", "it clips " * 12, "turn the gain down " * 6),
]


def told(monkeypatch, found, as_line):
    monkeypatch.setattr(round_, "findings", lambda _path: iter(found))
    out = io.StringIO()
    return round_.doctor(None, as_line, out), out.getvalue()


@pytest.mark.parametrize("as_line", [True, False])
def test_only_what_is_wrong_fails(monkeypatch, as_line):
    assert told(monkeypatch, FOUND, as_line)[0] == 0
    assert told(monkeypatch, [*FOUND, Finding("model", "wrong", "damaged")], as_line)[0] == 1


def test_json_is_one_line_with_all_of_it(monkeypatch):
    _, text = told(monkeypatch, FOUND, as_line=True)
    assert text.count("\n") == 1
    told_ = json.loads(text)
    assert told_["ok"] is True
    assert told_["findings"][0] == {
        "check": "disk",
        "verdict": "ok",
        "words": "100 MB free",
        "advice": "",
    }


def test_words_are_wrapped_and_what_to_do_stands_below(monkeypatch):
    _, text = told(monkeypatch, FOUND, as_line=False)
    assert all(len(line) <= Style().columns for line in text.splitlines())
    assert text.count("clips") == 12
    assert text.count("gain") == 6
    assert text.index("->") > text.index("clips")


def test_wrong_settings_are_told_and_the_round_goes_on(monkeypatch, tmp_path):
    settings = tmp_path / "runout.toml"
    settings.write_text("[mqtt]\nprot = 1\n")
    monkeypatch.setattr(
        round_, "preamp", lambda _open, _service: Finding("preamp", "ok", "not looked for")
    )
    found = {one.check: one for one in round_.findings(settings)}
    assert found["settings"].verdict == "wrong"
    assert "prot" in found["settings"].words
    assert list(found) == [
        *("software", "model", "settings", "service", "group"),
        *("preamp", "broker", "disk", "clock", "power"),
    ]


def test_a_command_that_is_not_there_has_no_answer():
    assert round_.ask(["no-such-command-anywhere"]) is None
    assert round_.ask(["echo", "yes"]) == "yes"
