from pathlib import Path

import pytest

from runout.errors import RunoutError
from runout.web.predecessors.installed import is_installed
from runout.web.predecessors.stored import read
from web.predecessors.made import forest, put


def test_what_is_there_and_what_is_not(tmp_path):
    assert not is_installed(tmp_path / "none", "rf")
    put(tmp_path, "rf", forest(1.0))
    assert is_installed(tmp_path, "rf")
    assert not is_installed(tmp_path, "svm")


def test_a_folder_that_is_closed_to_us_is_said(tmp_path, monkeypatch):
    def closed(*_arguments, **_more):
        raise PermissionError(13, "Permission denied")

    # By hand, since tests may run as root, to whom nothing is closed.
    monkeypatch.setattr(Path, "stat", closed)
    monkeypatch.setattr(Path, "open", closed)
    assert is_installed(tmp_path, "rf")
    with pytest.raises(RunoutError, match=r"rf.npz can't be read: Permission denied"):
        read(tmp_path, "rf")
