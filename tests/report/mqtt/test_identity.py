from pathlib import Path

import pytest

from runout.report.mqtt import identity
from runout.report.mqtt.identity import device_id
from runout.report.mqtt.topics import Topics


def test_a_configured_name_is_the_name() -> None:
    assert device_id("cellar") == "cellar"


def test_the_machine_gives_a_stable_name_that_does_not_show_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine_id = tmp_path / "machine-id"
    monkeypatch.setattr(identity, "MACHINE_ID_FILE", machine_id)
    machine_id.write_text("0123456789abcdef0123456789abcdef\n")
    # A known answer: a new version of Runout must not rename every box.
    assert device_id("") == "077a58ae"
    machine_id.write_text("0123456789abcdef0123456789abcdee\n")
    assert device_id("") != "077a58ae"


@pytest.mark.parametrize("content", [None, "", "uninitialized\n"])
def test_without_a_machine_id_the_host_gives_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    machine_id = tmp_path / "machine-id"
    monkeypatch.setattr(identity, "MACHINE_ID_FILE", machine_id)
    monkeypatch.setattr(identity.socket, "gethostname", lambda: "pi.hi-fi/1")
    if content is not None:
        machine_id.write_text(content)
    assert device_id("") == "pi-hi-fi-1"


def test_topics_are_those_of_the_contract() -> None:
    topics = Topics("home/runout", "box")
    assert [
        topics.availability,
        topics.audio_availability,
        topics.state,
        topics.event,
        topics.side,
    ] == [
        "home/runout/box/availability",
        "home/runout/box/audio/availability",
        "home/runout/box/state",
        "home/runout/box/event",
        "home/runout/box/side",
    ]
