import logging
from pathlib import Path

import pytest

from runout.keenness import Keenness, keenness_path


def test_as_configured_until_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "sensitivity.json"
    keenness = Keenness("low", path)
    assert keenness.sensitivity == "low"
    keenness.keep("high")
    keenness.keep("normal")
    assert Keenness("low", path).sensitivity == "normal"
    assert [one.name for one in path.parent.iterdir()] == ["sensitivity.json"]


def test_settings_that_change_later_count_more(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    Keenness("normal", path).keep("high")
    assert Keenness("low", path).sensitivity == "low"


def test_without_a_path_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Keenness("normal", None).keep("high")
    assert Keenness("normal", None).sensitivity == "normal"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b'{"sensitivity": "hi',
        b'{"sensitivity": 3, "configured": "normal"}',
        b'{"sensitivity": "deafening", "configured": "normal"}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_makes_no_sense_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(content)
    assert Keenness("normal", path).sensitivity == "normal"
    assert len(caplog.records) <= 1
    Keenness("normal", path).keep("low")
    assert Keenness("normal", path).sensitivity == "low"


def test_where_it_can_not_be_written_one_warning_is_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    Keenness("normal", in_the_way / "s.json").keep("low")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "can't be written" in record.getMessage()


def test_it_is_in_the_state_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/runout")
    assert keenness_path() == Path("/var/lib/runout/sensitivity.json")
