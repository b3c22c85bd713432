"""A page of its own beside a demo: a process, with records that go when it does."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

START_S = 60.0
"""Seconds that the page may take to answer, on a slow card"""
_LOOK_S = 0.1
_EXIT_S = 10.0
"""Seconds that the page may take to end"""


class NoPageError(Exception):
    """There is no page; the message is a few words."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The page, which answers, and what an ear needs to show it what it hears."""

    address: str
    """For a browser on this machine"""
    environment: Mapping[str, str]
    """Of the ear"""
    runs: Callable[[], bool]
    """Whether it still does"""


@contextlib.contextmanager
def page_beside(start_s: float = START_S) -> Iterator[Beside]:
    """Run the page on a free port of the loopback, once it answers.

    Raises NoPageError where the extra `web` isn't installed, or the page doesn't answer within
    `start_s` seconds.
    """
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise NoPageError("none, as the extra `web` isn't installed")
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
        address = f"http://127.0.0.1:{port}/"
        try:
            _wait_for(page, address, start_s)
            yield Beside(address, environment, lambda: page.poll() is None)
        finally:
            page.terminate()
            try:
                page.wait(_EXIT_S)
            except subprocess.TimeoutExpired:
                page.kill()
                page.wait()


def _wait_for(page: subprocess.Popen[bytes], address: str, start_s: float) -> None:
    until_s = time.monotonic() + start_s
    while not _answers(address):
        if page.poll() is not None:
            raise NoPageError(f"none, as it ended at its start with status {page.returncode}")
        if time.monotonic() > until_s:
            raise NoPageError(f"none, as it didn't answer within {start_s:g} s")
        time.sleep(_LOOK_S)


def _answers(address: str) -> bool:
    # Whatever proxy is set, the way to ourselves isn't by it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(address, timeout=1.0).close()
    except OSError:  # urllib's own are among them
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
