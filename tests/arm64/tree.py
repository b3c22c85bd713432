"""A Debian in a folder, with Runout installed from its package; arm64's is emulated."""

import shutil
import subprocess
from pathlib import Path

_ENTER = """\
tree="$1"; emulator="$2"; shift 2
mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
if [ -n "$emulator" ]; then
    mkdir -p "$tree/lib64" "$tree/usr/lib/x86_64-linux-gnu"
    mount --bind "$emulator/usr/lib64" "$tree/lib64"
    mount --bind "$emulator/usr/lib/x86_64-linux-gnu" "$tree/usr/lib/x86_64-linux-gnu"
fi
exec chroot "$tree" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin QEMU_CPU="$QEMU_CPU" \
    PYTHONHASHSEED=0 PYTHONWARNINGS=ignore "$@"
"""
_COUNTER = "/root/count.so"
_COUNTED = "/root/counted"
CORES = {
    "cortex-a53": "Pi Zero 2 W and 3",
    "cortex-a72": "Pi 4",
    "cortex-a76": "Pi 5",
}


class Tree:
    """A pristine Debian under a layer of its own; commands see the host's network."""

    def __init__(self, pristine: Path, work: Path, emulator: Path | None = None) -> None:
        """`emulator` is the Debian that has the emulator for this one, None where it needs none."""
        self.root = work / "tree"
        self._emulator = emulator
        for name in ("upper", "work", "tree"):
            (work / name).mkdir(parents=True)
        layers = f"lowerdir={pristine},upperdir={work / 'upper'},workdir={work / 'work'}"
        mount = ["mount", "-t", "overlay", "overlay", "-o", layers, str(self.root)]
        subprocess.run(mount, check=True)

    def close(self) -> None:
        """Let go of the folder."""
        subprocess.run(["umount", str(self.root)], check=True)

    def run(self, *command: str, core: str = "cortex-a53", status: int = 0) -> str:
        """What a command in the tree prints; it must end with this status."""
        # Its mounts are its own and end with it.
        namespaces = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork")
        entering = [*namespaces, "--kill-child", "sh", "-euc", _ENTER, "sh", str(self.root)]
        done = subprocess.run(
            [*entering, str(self._emulator or ""), *command],
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "QEMU_CPU": core},
        )
        if done.returncode != status:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def install(self, package: Path) -> None:
        """Install a .deb, as a user does."""
        shutil.copy(package, self.root / "root/runout.deb")
        self.run("dpkg", "--install", "/root/runout.deb")

    def put(self, name: str, content: bytes) -> str:
        """Write a file into root's home there; returns its path there."""
        (self.root / "root" / name).write_bytes(content)
        return f"/root/{name}"

    def counted(self, *arguments: str) -> tuple[str, int]:
        """What `runout` prints for these arguments, and how many instructions that took it."""
        assert self._emulator is not None
        emulator = "/usr/bin/qemu-aarch64"
        shutil.copy(f"{self._emulator}{emulator}", f"{self.root}{emulator}")
        counting = (emulator, "-plugin", _COUNTER, "-d", "plugin", "-D", _COUNTED)
        # As its first line has it.
        python = ("-0", "/opt/runout/bin/python3", "/usr/bin/python3.11")
        said = self.run(*counting, *python, "/opt/runout/bin/runout", *arguments)
        return said, int((self.root / _COUNTED[1:]).read_text())

    def build_counter(self, source: Path) -> None:
        """Compile the plugin that counts instructions."""
        free = ("-shared", "-fPIC", "-nostdlib", "-ffreestanding")
        built = f"{self.root}{_COUNTER}"
        warn = ("-Wall", "-Wextra", "-Werror", "-O2")
        subprocess.run(["gcc", *warn, *free, "-o", built, str(source)], check=True)
