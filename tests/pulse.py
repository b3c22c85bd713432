"""A sound card that isn't there: a private PulseAudio whose null sink plays into a capture device.

PortAudio lists it as "phono". It reads ALSA_CONFIG_PATH once, when it starts, so what captures
must be a child process that is given `PulseSink.env`.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from needs import needs

NEEDS_PULSE = needs("pulseaudio", "pulseaudio pulseaudio-utils libasound2-plugins")
"""Marks a test that uses pulse_sink()"""

_START_S = 10.0

_ASOUND_CONF = """\
</usr/share/alsa/alsa.conf>
pcm.phono { type pulse device "phono.monitor" hint { show on description "phono" } }
pcm.!default { type pulse device "phono.monitor" hint { show on description "default" } }
"""


@dataclass(frozen=True)
class PulseSink:
    """A running sink."""

    env: dict[str, str]
    """The whole environment for a child process that plays or captures"""
    server: subprocess.Popen[bytes]

    def unplug(self) -> None:
        """Take the sink away, as if its cable were pulled."""
        # The other would put a sink of its own in its place; it is there the first time only.
        for module in ("module-always-sink", "module-null-sink"):
            subprocess.run(
                ["pactl", "unload-module", module],
                env=self.env,
                stderr=subprocess.DEVNULL,
                timeout=20,
            )

    def plug(self, rate: int = 44_100) -> None:
        """Bring it back, at a rate of its own."""
        subprocess.run(
            ["pactl", "load-module", *_sink(rate)],
            env=self.env,
            check=True,
            timeout=20,
            stdout=subprocess.DEVNULL,
        )

    def play(self, path: Path) -> None:
        """Play a sound file, in real time, to its end."""
        subprocess.run(["paplay", path], env=self.env, check=True, timeout=120)


@contextmanager
def pulse_sink(folder: Path, rate: int = 44_100) -> Iterator[PulseSink]:
    """Run PulseAudio in `folder`, its sink 16-bit stereo at `rate` hertz.

    Capture at that rate is bit-exact. The device says 44100 Hz whatever the sink has.
    """
    home = folder / "home"
    home.mkdir(mode=0o700)
    (folder / "asound.conf").write_text(_ASOUND_CONF)
    socket = folder / "native"
    env = os.environ | {
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder / "pulse"),
        "HOME": str(home),
        "PULSE_SERVER": f"unix:{socket}",
        "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
    }
    with (folder / "pulse.log").open("wb") as log:
        server = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"),
                *("--disable-shm=yes", "--use-pid-file=no", "--log-target=stderr"),
                *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={socket}"),
                *("-L", " ".join(_sink(rate))),
                *("-L", "module-always-sink"),
            ],
            env=env,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + _START_S
        while not _answers(env):
            assert server.poll() is None, (folder / "pulse.log").read_text()
            assert time.monotonic() < deadline, "PulseAudio doesn't start"
            time.sleep(0.05)
        yield PulseSink(env, server)
    finally:
        # Killed, since a test may have stopped it.
        server.kill()
        server.wait()


def _sink(rate: int) -> list[str]:
    # Without norewinds an idle null sink works ahead in steps of 2 s, and so long nothing arrives.
    settings = ["sink_name=phono", "norewinds=1", f"rate={rate}", "channels=2", "format=s16le"]
    return ["module-null-sink", *settings]


def _answers(env: dict[str, str]) -> bool:
    call = subprocess.run(["pactl", "list", "short", "sinks"], env=env, capture_output=True)
    return b"phono" in call.stdout
