"""A page of its own beside a demo: a process, with records that go when it does."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_EXIT_S = 10.0
"""Seconds that the page may take to end"""


@dataclass(frozen=True, slots=True)
class Beside:
    """The page, and what an ear needs to show it what it hears."""

    address: str
    """For a browser on this machine"""
    environment: Mapping[str, str]
    """Of the ear"""


@contextlib.contextmanager
def page_beside() -> Iterator[Beside | None]:
    """Run the page on a free port of the loopback; None where the extra `web` isn't installed."""
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="runout-") as folder:
        environment = os.environ | {
            "STATE_DIRECTORY": f"{folder}/state",
            "RUNTIME_DIRECTORY": f"{folder}/run",
        }
        port = _free_port()
        # Not as the box's own page is set: this one is for whoever sits here.
        settings = Path(folder, "runout.toml")
        settings.write_text(f"[web]\nport = {port}\n", encoding="ascii")
        command = [sys.executable, "-m", "runout", "web", "--config", str(settings)]
        # What it says of itself is said by the demo.
        page = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            yield Beside(f"http://127.0.0.1:{port}/", environment)
        finally:
            page.terminate()
            try:
                page.wait(_EXIT_S)
            except subprocess.TimeoutExpired:
                page.kill()
                page.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
