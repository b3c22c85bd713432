import os
from pathlib import Path

import pytest

from runout.whole_file import write_whole


def test_it_is_there_with_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "f.json"
    write_whole(path, "old")
    write_whole(path, "ä")
    assert path.read_text(encoding="utf-8") == "ä"
    assert list(path.parent.iterdir()) == [path]


def test_what_was_there_stays_where_it_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f.json"
    write_whole(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")
    assert path.read_text() == "old"
