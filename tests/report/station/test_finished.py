import gzip
import json
import os

import pytest

from runout.report.station.finished import MOST, SUFFIX, hand_over


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_side_lies_there_as_it_was_told(tmp_path):
    folder = tmp_path / "state" / "finished"
    hand_over(folder, "s1", {"side_id": "s1", "label": {"artist": "Ångström"}})
    assert names(folder) == ["s1.json.gz"]
    with gzip.open(folder / "s1.json.gz") as file:
        assert json.load(file) == {"side_id": "s1", "label": {"artist": "Ångström"}}


def test_the_oldest_make_room(tmp_path):
    for number in range(MOST):
        path = tmp_path / f"s{number}{SUFFIX}"
        path.write_bytes(b"")
        # Written in the order of their numbers, whatever their names.
        os.utime(path, ns=(number, number))
    hand_over(tmp_path, "a", {"side_id": "a"})
    left = names(tmp_path)
    assert len(left) == MOST
    assert "s0.json.gz" not in left
    assert {"a.json.gz", "s1.json.gz"} <= set(left)


def test_what_a_kill_cut_short_goes_with_the_next(tmp_path):
    (tmp_path / "s0.json.new").write_bytes(b"\x1f\x8b")
    hand_over(tmp_path, "s1", {"side_id": "s1"})
    assert names(tmp_path) == ["s1.json.gz"]


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        hand_over(tmp_path, "s1", {"side_id": "s1"})
    assert names(tmp_path) == []
