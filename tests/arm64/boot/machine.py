"""An arm64 machine in an emulator, on Debian's own kernel.

The emulated core executes a fixed number of instructions in a second of its own clock (QEMU's
-icount), however long that takes here. So what it has time for doesn't depend on this machine,
nor on what else is done here; only its disk is as fast as the one here.
"""

import base64
import json
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CORE = "cortex-a53"
"""Of a Pi Zero 2 W and a Pi 3"""
MEMORY_MB = 512
"""A Pi Zero 2 W's"""
NS_AN_INSTRUCTION_LOG2 = 1
"""2 ns an instruction: 500 million a second, less than any Pi, see docs/arm64.md"""

_HANGS_S = 1800.0
"""Seconds without an answer after which the machine hangs: it is slow where others are busy"""
_MEETS_S = 5.0
_FIRST_LOOK_S = 0.1
_LOOK_S = 2.0
"""Seconds between two looks at most: each costs the machine some of its time"""


class Machine:
    """A machine that is on, from one folder's disk; `run` is a root shell in it."""

    def __init__(self, folder: Path, brought: Path, log: Path) -> None:
        """Switch it on; `folder` is what make_image made, of which nothing is changed.

        `brought` is an image of a second disk, `log` takes what the machine says at its console.
        """
        ours, its = socket.socketpair()
        devices = (
            *("-drive", f"file={folder / 'disk'},format=raw,if=none,id=root,snapshot=on"),
            *("-device", "virtio-blk-pci,drive=root"),
            *("-drive", f"file={brought},format=raw,if=none,id=brought,snapshot=on"),
            *("-device", "virtio-blk-pci,drive=brought"),
            *("-device", "virtio-rng-pci"),
            *("-device", "virtio-serial-pci"),
            *("-chardev", f"socket,id=agent,fd={its.fileno()}"),
            *("-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"),
        )
        with its:
            self._emulator = subprocess.Popen(
                [
                    *("qemu-system-aarch64", "-nodefaults", "-no-user-config"),
                    *("-M", "virt", "-cpu", CORE, "-smp", "1", "-m", str(MEMORY_MB)),
                    *("-icount", f"shift={NS_AN_INSTRUCTION_LOG2}", "-rtc", "clock=vm"),
                    *("-display", "none", "-nic", "none", "-serial", f"file:{log}"),
                    *("-kernel", str(folder / "kernel"), "-initrd", str(folder / "initrd")),
                    *("-append", "root=/dev/vda rw console=ttyAMA0"),
                    *devices,
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=[its.fileno()],
            )
        self._agent = ours
        self._said = b""
        self._asked = 0
        self._log = log

    def close(self) -> None:
        """Pull the plug."""
        self._emulator.kill()
        self._emulator.wait()
        self._agent.close()

    def wait_for_boot(self) -> None:
        """Wait until all that starts at boot has started."""
        self._meet()
        self.says("systemctl", "is-system-running", "--wait")

    def run(self, script: str) -> str:
        """Run shell lines, which must work; return what they print."""
        status, said = self._execute("/bin/sh", "-euc", f"exec 2>&1\n{script}")
        assert status == 0, f"{script}: {said}"
        return said

    def says(self, *command: str) -> str:
        """What a command prints; its exit status doesn't matter."""
        return self._execute(*command)[1]

    def unit(self, name: str) -> str:
        """A property of runout.service."""
        return self.says("systemctl", "show", "runout.service", "--value", f"--property={name}")

    def runs(self) -> bool:
        """Whether the service has said that it is ready."""
        return self.unit("ActiveState") == "active"

    def journal(self) -> str:
        """What the service has logged since the boot."""
        return self.says("journalctl", "-b", "-u", "runout", "-o", "cat", "--no-pager")

    def clock_s(self) -> float:
        """Seconds since the boot, by its own clock."""
        return float(self.says("cat", "/proc/uptime").split()[0])

    def wait_until(
        self, holds: Callable[[], bool], timeout_s: float, why: Callable[[], str]
    ) -> float:
        """Wait; `timeout_s` and the seconds returned are those of the machine's clock."""
        began_s = self.clock_s()
        while not holds():
            assert self.clock_s() - began_s < timeout_s, f"{timeout_s:g} s in vain: {why()}"
            time.sleep(_LOOK_S)
        return self.clock_s() - began_s

    def reboot(self) -> None:
        """Restart it, as its owner would, and wait for the boot."""
        before = self.says("cat", "/proc/sys/kernel/random/boot_id")
        # Of a shutdown that works nothing is answered.
        self._ask("guest-shutdown", mode="reboot")
        while True:
            self._meet()
            if self.says("cat", "/proc/sys/kernel/random/boot_id") != before:
                break
            time.sleep(_LOOK_S)
        self.wait_for_boot()

    def _execute(self, *command: str) -> tuple[int, str]:
        """A command's exit status and what it printed to stdout."""
        program, *arguments = command
        began = self._call("guest-exec", path=program, arg=arguments, **{"capture-output": True})
        until_s = time.monotonic() + _HANGS_S
        wait_s = _FIRST_LOOK_S
        while not (now := self._call("guest-exec-status", pid=began["pid"]))["exited"]:
            assert time.monotonic() < until_s, f"{command}: hangs"
            time.sleep(wait_s)
            wait_s = min(1.5 * wait_s, _LOOK_S)
        said = base64.b64decode(now.get("out-data", "")).decode()
        return now.get("exitcode", -1), said.strip()

    def _meet(self) -> None:
        """Wait for the agent, which a boot starts; what it was asked before is forgotten."""
        until_s = time.monotonic() + _HANGS_S
        while True:
            self._asked += 1
            self._ask("guest-sync", id=self._asked)
            try:
                while self._answer(_MEETS_S) != {"return": self._asked}:
                    pass
            except TimeoutError:
                assert self._emulator.poll() is None, self._log.read_text()
                assert time.monotonic() < until_s, self._log.read_text()
            else:
                return

    def _call(self, what: str, **arguments: object) -> dict[str, Any]:
        self._ask(what, **arguments)
        answer = self._answer(_HANGS_S)
        assert "error" not in answer, f"{what}: {answer}"
        returned: dict[str, Any] = answer["return"]
        return returned

    def _ask(self, what: str, **arguments: object) -> None:
        """Say a line to the agent in the machine."""
        line = json.dumps({"execute": what, "arguments": arguments})
        self._agent.sendall(line.encode() + b"\n")

    def _answer(self, timeout_s: float) -> dict[str, Any]:
        """The next line that the agent says; raises TimeoutError where it says none."""
        self._agent.settimeout(timeout_s)
        while b"\n" not in self._said:
            more = self._agent.recv(1 << 16)
            assert more, self._log.read_text()
            self._said += more
        line, self._said = self._said.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer
