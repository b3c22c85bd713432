"""Where a box keeps what must outlive it."""

import os
from pathlib import Path


def state_directory() -> Path:
    """systemd's state directory (systemd.exec(5), StateDirectory=), or else the user's."""
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    if given:
        return Path(given)
    # The XDG base directory specification has it so.
    state_home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(state_home, "runout")
