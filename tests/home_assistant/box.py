"""The real daemon, and a side for it to listen to."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

from sounds import CLEAN, Sound, noise, with_clicks

RATE = 44_100
CLICKS_S = [0.5 * n for n in range(1, 20)]
"""Where in the music they are"""


def side() -> Sound:
    """Needle up, lead-in, 10 s of music with 19 clicks, 25 s of run-out, needle up: 46 s."""
    music, rate = soundfile.read(CLEAN, dtype="float32", frames=10 * RATE)
    assert rate == RATE
    up, groove = 10 ** (-80 / 20), 10 ** (-58 / 20)
    worn = with_clicks(music, CLICKS_S)
    parts = (
        noise(3.5, level=up),
        noise(2.5, level=groove),
        worn,
        noise(25.0, level=groove, seed=1),
    )
    return np.concatenate((*parts, noise(5.0, level=up, seed=2)))


class Box:
    """A daemon that can be started, stopped and killed."""

    def __init__(self, folder: Path, broker_port: int, device_id: str = "box") -> None:
        self._folder = folder
        self._settings = folder / f"{device_id}.toml"
        self._settings.write_text(
            f'[mqtt]\nhost = "127.0.0.1"\nport = {broker_port}\ndevice_id = "{device_id}"\n'
            'outbox = ":memory:"\nkeepalive_s = 5\n'
        )
        self._process: subprocess.Popen[bytes] | None = None

    def play(self, sound: Sound) -> None:
        """Listen to a sound at its own pace."""
        path = self._folder / "side.wav"
        soundfile.write(path, sound, RATE, subtype="PCM_16")
        self._start(["--file", str(path), "--pace"], dict(os.environ))

    def capture(self, device: str, env: dict[str, str]) -> None:
        """Listen to a capture device."""
        with self._settings.open("a") as settings:
            settings.write(f'[audio]\ndevice = "{device}"\n')
        self._start([], env)

    def wait(self, seconds: float) -> None:
        assert self._process is not None
        assert self._process.wait(seconds) == 0, (self._folder / "daemon.log").read_text()

    def interrupt(self) -> None:
        """Stop it as systemd does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(15)

    def kill(self) -> None:
        """Give it no time for a last word."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)

    def _start(self, arguments: list[str], env: dict[str, str]) -> None:
        command = [sys.executable, "-m", "runout", "listen", "--config", str(self._settings)]
        with (self._folder / "daemon.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *arguments], stdout=log, stderr=log, env=env
            )
