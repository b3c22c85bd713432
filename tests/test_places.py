from pathlib import Path

import pytest

from runout.places import runtime_folder, state_folder


@pytest.mark.parametrize(
    ("variable", "folder"),
    [("STATE_DIRECTORY", state_folder), ("RUNTIME_DIRECTORY", runtime_folder)],
)
def test_systemd_says_where(monkeypatch, variable, folder):
    monkeypatch.setenv(variable, "/var/x/runout:/var/x/other")
    assert folder() == Path("/var/x/runout")


def test_without_systemd_it_is_the_users(monkeypatch):
    for variable in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/home/x/state")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/7")
    assert state_folder() == Path("/home/x/state/runout")
    assert runtime_folder() == Path("/run/user/7/runout")


def test_where_nothing_is_said_it_is_in_the_home(monkeypatch):
    for variable in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", "/home/x")
    assert state_folder() == Path("/home/x/.local/state/runout")
    assert runtime_folder() == Path("/home/x/.local/state/runout/run")
