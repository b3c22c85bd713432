"""The station as people run it: the page's service and the ear, each a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.request import Request, urlopen

from report.brokers import wait_until

ROOT = Path(__file__).parents[3]


class Running:
    """A page's service and an ear over one pair of folders; `settings` are lines of `[web]`."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self.state, self.runtime = folder / "state", folder / "run"
        self.ear: subprocess.Popen[str] | None = None
        self.settings = folder / "runout.toml"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.settings.write_text("\n".join(["[web]", f"port = {port}", *settings, ""]))
        self.restart()

    def restart(self) -> None:
        """Start the page's service; again at the same address."""
        self.web = self._start(["web"])
        assert self.web.stdout is not None
        said = self.web.stdout.readline()
        assert "http://" in said, f"the service said: {said!r}"
        self.address = said.split()[-1]
        # It says so just before it takes anybody in.
        wait_until(self._answers, 60.0)

    def _answers(self) -> bool:
        try:
            urlopen(self.address).close()
        except OSError:
            return False
        return True

    def play(self, sound: Path) -> None:
        """Have an ear hear `sound` at its own pace."""
        self.ear = self._start(["listen", "--file", str(sound), "--pace", "--station"])

    def lift(self) -> None:
        """End the ear, as if it were killed."""
        if self.ear is not None:
            self.ear.kill()
            self.ear.communicate()
            self.ear = None

    def fall(self) -> None:
        """End the page's service alone, as if it were killed."""
        self.web.kill()
        self.web.communicate()

    def hand_in(self, name: str, sound: bytes) -> None:
        """Upload a file as another viewer would."""
        urlopen(Request(f"{self.address}api/uploads?name={name}", sound, method="POST")).close()

    def stop(self) -> None:
        """End it all."""
        self.lift()
        self.web.terminate()
        self.web.communicate()

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[str]:
        folders = {"STATE_DIRECTORY": str(self.state), "RUNTIME_DIRECTORY": str(self.runtime)}
        for folder in (self.state, self.runtime):
            folder.mkdir(exist_ok=True)
        # Nobody reads on what an ear says, and a full pipe would hold it up.
        with (self.folder / f"{arguments[0]}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "runout", *arguments, "--config", str(self.settings)],
                env={**os.environ, **folders},
                stdout=subprocess.PIPE if arguments[0] == "web" else log,
                stderr=log,
                text=True,
                cwd=ROOT,
            )
