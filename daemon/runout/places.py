"""Where a box keeps what must outlive it, and what needn't."""

import os
from pathlib import Path

_NAME = "runout"


def state_folder() -> Path:
    """systemd's state directory (systemd.exec(5), StateDirectory=), or else the user's."""
    given = _given("STATE_DIRECTORY")
    if given is not None:
        return given
    # The XDG base directory specification has it so.
    state_home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(state_home, _NAME)


def runtime_folder() -> Path:
    """In memory, and gone at the next boot: systemd's runtime directory, or else the user's.

    Where there is neither, as in a container, it is `run` in the state folder.
    """
    given = _given("RUNTIME_DIRECTORY")
    if given is not None:
        return given
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime, _NAME) if runtime else state_folder() / "run"


def memory_folder() -> Path | None:
    """systemd's runtime directory, which is in memory; None where we aren't its service."""
    return _given("RUNTIME_DIRECTORY")


def _given(variable: str) -> Path | None:
    # systemd parts several by colons; ours is the first.
    first = os.environ.get(variable, "").split(":")[0]
    return Path(first) if first else None
