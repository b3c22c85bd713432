"""The station as `make station` keeps it open: real processes, a real file."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from sounds import faded_out, real_music

PATIENCE_S = 120.0


@pytest.fixture
def side(tmp_path: Path) -> Path:
    path = tmp_path / "side.flac"
    soundfile.write(path, faded_out(real_music(12.0)), 44_100)
    return path


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def station(side: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = opened(str(side), "--port", str(port))
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def opened(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "runout", "station", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def asked(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
        return json.load(answer)


def test_a_file_is_played_to_the_page_which_stays_until_a_signal(
    station: subprocess.Popen[str], port: int
) -> None:
    assert station.stdout is not None
    assert f":{port}/" in station.stdout.readline()
    # The ear's own broker is the page's, so that its buttons work.
    until_s = time.monotonic() + PATIENCE_S
    while asked(port, "/api/health")["broker"]["state"] != "connected":
        assert time.monotonic() < until_s
    assert "the record has ended" in station.stdout.readline()
    while asked(port, "/api/sides")["total"] != 1:
        assert time.monotonic() < until_s
    (shown,) = asked(port, "/api/sides")["sides"]
    assert (shown["name"], shown["label"]["title"]) == ("side.flac", "")
    assert asked(port, "/api/live")["ear"]["reason"] == "the file that it played has ended"
    station.send_signal(signal.SIGTERM)
    station.communicate(timeout=PATIENCE_S)
    assert station.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(station.pid, 0)


def test_without_a_page_nothing_is_played(side: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        _, said = (station := opened(str(side), "--port", str(taken))).communicate(
            timeout=PATIENCE_S
        )
    assert station.returncode == 1
    assert "Address already in use" in said
    assert said.endswith("no page, so nothing is listened to; the line above says why\n")


def test_a_file_that_is_none_is_told_before_a_page_opens(tmp_path: Path) -> None:
    station = opened(str(tmp_path / "missing.flac"))
    said, why = station.communicate(timeout=PATIENCE_S)
    assert (station.returncode, said) == (1, "")
    assert why == f"runout: {tmp_path}/missing.flac: there is no such file\n"
