"""A pristine Debian that is booted for the tests, with a broker and a preamp that isn't there."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PASSWORD = "correct horse"

_PHONO = """\
[Service]
RuntimeDirectory=phono
RuntimeDirectoryMode=0755
Environment=HOME=/run/phono XDG_RUNTIME_DIR=/run/phono PULSE_RUNTIME_PATH=/run/phono/pulse
ExecStart=/usr/bin/pulseaudio -n --daemonize=no --exit-idle-time=-1 --disable-shm=yes \
 --use-pid-file=no --log-target=stderr \
 -L "module-native-protocol-unix auth-anonymous=1 socket=/run/phono/native" \
 -L "module-null-sink sink_name=phono norewinds=1 rate=44100 channels=2 format=s16le" \
 -L module-always-sink
"""
_ASOUND = """\
pcm.phono { type pulse server "unix:/run/phono/native" device "phono.monitor"
            hint { show on description "phono" } }
pcm.!default { type pulse server "unix:/run/phono/native" device "phono.monitor"
               hint { show on description "default" } }
"""
_BROKER = """\
listener 1883 127.0.0.1
allow_anonymous false
password_file /etc/mosquitto/passwd
"""
_SETTINGS = """\
[audio]
device = "phono"
[mqtt]
host = "127.0.0.1"
device_id = "box"
username = "listener"
"""


def wait_until(holds: Callable[[], bool], timeout_s: float, why: str) -> float:
    """Wait; return the seconds that it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < timeout_s, f"waited {timeout_s:g} s in vain: {why}"
        time.sleep(0.2)
    return time.monotonic() - began


class Box:
    """A booted tree; `run` is a root shell in it."""

    def __init__(self, tree: Path, log: Path) -> None:
        self.tree = tree
        self._log = log
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def boot(self, *options: str) -> None:
        """Boot it, its network its own and empty."""
        with self._log.open("ab") as log:
            self._nspawn = subprocess.Popen(
                [
                    *("systemd-nspawn", "--quiet", "-D", str(self.tree), "-M", "runout-box"),
                    *("--register=no", "--keep-unit", "--private-network", "--console=pipe"),
                    *options,
                    "--boot",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._has_leader, 10.0, "nspawn")
        wait_until(
            lambda: self.says("systemctl", "is-system-running") in ("running", "degraded"),
            60.0,
            "the boot",
        )

    def halt(self) -> None:
        """Pull the plug."""
        if self._nspawn is not None:
            # nspawn ends with its first process; before there is one, by a signal of its own.
            os.kill(self._leader or self._nspawn.pid, signal.SIGKILL)
            self._nspawn.wait(20)
            self._nspawn = None

    def says(self, *command: str) -> str:
        """What a command in the box prints; its exit status doesn't matter."""
        entering = ["nsenter", "-t", str(self._leader), "-a", "--", *command]
        done = subprocess.run(entering, capture_output=True, text=True, timeout=120, check=False)
        return done.stdout.strip()

    def run(self, script: str) -> str:
        """Run shell lines in the box, which must work."""
        entering = ["nsenter", "-t", str(self._leader), "-a", "--", "sh", "-euc", script]
        done = subprocess.run(entering, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def unit(self, name: str) -> str:
        """A property of runout.service."""
        return self.says("systemctl", "show", "runout.service", "--value", f"--property={name}")

    def runs(self) -> bool:
        """Whether the service has said that it is ready."""
        return self.unit("ActiveState") == "active"

    def journal(self) -> str:
        """What the service has logged."""
        return self.says("journalctl", "-u", "runout", "-o", "cat", "--no-pager")

    def furnish(self, record: bytes) -> None:
        """Bring in a broker with a login, a sound card, and a record (a WAV file) to play."""
        (self.tree / "etc/systemd/system/phono.service").write_text(_PHONO)
        (self.tree / "etc/asound.conf").write_text(_ASOUND)
        (self.tree / "etc/mosquitto/conf.d/box.conf").write_text(_BROKER)
        (self.tree / "root/record.wav").write_bytes(record)
        self.run(
            f"mosquitto_passwd -b -c /etc/mosquitto/passwd listener '{PASSWORD}'\n"
            "chown mosquitto /etc/mosquitto/passwd\n"
            "systemctl daemon-reload\n"
            "systemctl restart mosquitto\n"
        )

    def set_up(self) -> None:
        """Do what an owner does: settings, the password, a restart."""
        (self.tree / "etc/runout/runout.toml").write_text(_SETTINGS)
        self.run(
            f"umask 077; echo '{PASSWORD}' >/etc/credstore/runout.mqtt-password\n"
            "systemctl restart runout"
        )

    def play(self) -> None:
        """Play the record into the sound card, to its end."""
        self.run("PULSE_SERVER=unix:/run/phono/native paplay /root/record.wav")

    def side(self) -> dict[str, object]:
        """The last side, as the broker has it."""
        command = [
            "mosquitto_sub",
            "-h",
            "127.0.0.1",
            "-u",
            "listener",
            "-P",
            PASSWORD,
            "-C",
            "1",
            "-W",
            "3",
        ]
        said = self.says(*command, "-t", "runout/box/side")
        return json.loads(said) if said else {}

    def _has_leader(self) -> bool:
        assert self._nspawn is not None
        assert self._nspawn.poll() is None, self._log.read_text()
        listed = subprocess.run(
            ["pgrep", "-P", str(self._nspawn.pid), "-x", "systemd"],
            capture_output=True,
            text=True,
            check=False,
        )
        self._leader = int(listed.stdout or 0)
        return self._leader != 0
