"""`runout devices`: what there is, which one would be heard, and the line that picks another."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from runout.cli import main
from runout.source import devices
from source_fakes import FakePortAudio


@pytest.fixture(autouse=True)
def _two_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakePortAudio(("CODEC (hw:1,0)", 2, 44_100.0), ("Webcam (hw:2,0)", 1, 16_000.0))
    monkeypatch.setattr(devices, "open_port_audio", lambda: fake)


def run(*arguments: Any) -> int:
    return main(["devices", *map(str, arguments)])


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "runout.toml"
    path.write_text("[audio]\n[mqtt]\nport = 1\n")
    return path


def test_they_are_listed_and_the_one_to_be_heard_is_marked(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--config", settings) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        ">  0  CODEC (hw:1,0)  (2 ch, 44100 Hz)",
        "      name=CODEC",
        "   1  Webcam (hw:2,0)  (1 ch, 16000 Hz)",
        "      name=Webcam",
    ]


def test_one_is_picked_by_number_or_name_and_heard_from_then_on(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--pick", 1) == 0
    assert capsys.readouterr().out == 'device = "name=Webcam"\n'
    assert run("--pick", "webcam", "--write", "--config", settings) == 0
    assert tomllib.loads(settings.read_text()) == {
        "audio": {"device": "name=Webcam"},
        "mqtt": {"port": 1},
    }
    capsys.readouterr()
    run("--config", settings)
    assert capsys.readouterr().out.splitlines()[2].startswith(">  1  Webcam")


def test_a_configured_one_that_is_away_is_said_below_the_list(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text('[audio]\ndevice = "name=ART"\n')
    assert run("--config", settings) == 0
    said = capsys.readouterr()
    assert "CODEC" in said.out
    assert ">  " not in said.out
    assert "no capture device is called 'ART'" in said.err


def test_writing_without_picking_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--write") == 2
    assert "--write goes with --pick" in capsys.readouterr().err
