import os

import pytest

from runout.web.uploads import sounds
from runout.web.uploads.sounds import Sounds


@pytest.fixture
def kept(tmp_path):
    made = Sounds(tmp_path / "sounds")
    made.start()
    return made


def put(kept, tmp_path, side_id, size=1000):
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "sound.flac").write_bytes(bytes(size))
    (folder / "peaks.json").write_text("{}")
    kept.keep(side_id, folder)


def test_the_newest_are_kept(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(sounds, "MOST_SIDES", 2)
    for number in range(3):
        put(kept, tmp_path, f"s{number}")
    assert [kept.has(f"s{number}") for number in range(3)] == [False, True, True]
    assert sorted(one.name for one in (tmp_path / "sounds").iterdir()) == ["s1", "s2"]


def test_as_many_bytes_as_may_be(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(sounds, "MOST_BYTES", 2500)
    for number in range(3):
        put(kept, tmp_path, f"s{number}")
    assert not kept.has("s0")
    assert kept.sound("s2") == tmp_path / "sounds/s2/sound.flac"
    put(kept, tmp_path, "large", 3000)
    assert not any(kept.has(one) for one in ("s1", "s2", "large"))


def test_what_was_kept_is_there_after_a_restart(kept, tmp_path, monkeypatch):
    for number in range(3):
        put(kept, tmp_path, f"s{number}")
        os.utime(tmp_path / f"sounds/s{number}", (number, number))
    (tmp_path / "sounds/odd name!").mkdir()
    (tmp_path / "sounds/file").touch()
    monkeypatch.setattr(sounds, "MOST_SIDES", 2)
    again = Sounds(tmp_path / "sounds")
    again.start()
    assert [again.has(f"s{number}") for number in range(3)] == [False, True, True]


def test_nothing_outside_is_a_side(kept, tmp_path):
    (tmp_path / "sound.flac").touch()
    assert kept.sound("..") is None
    assert kept.file("..", "peaks.json") is None
    kept.forget("..")
    assert (tmp_path / "sound.flac").exists()
