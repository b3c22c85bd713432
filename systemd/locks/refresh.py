#!/usr/bin/env python3
"""Write what /opt/runout consists of, with hashes: systemd/locks/python*.txt and build.txt.

Resolves install_requires of setup.cfg and the extras of the box by pip, for each Python that a
Debian release has and each architecture that all of it has wheels for. Both architectures must come
to the same versions.
"""

import configparser
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHONS = ("3.11", "3.13")
MACHINES = ("x86_64", "aarch64")
EXTRAS = ("report", "web")
"""What the box brings beside: `runout grade --report`, `runout web`"""
NARROWED = {"ai-edge-litert": "<2.2"}
"""Within setup.cfg's ranges: LiteRT 2.2 and 2.3 crash in Interpreter() on arm64 under qemu"""
GLIBC_MINOR = (34, 31, 28, 27, 26, 17)
"""Of the manylinux tags; Debian 12 has 2.36"""


def main() -> None:
    """Write every lock."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    extras = [settings["options.extras_require"][name] for name in EXTRAS]
    wanted = "\n".join([settings["options"]["install_requires"], *extras]).split("\n")
    requirements = [Requirement(line) for line in wanted if line.strip()]
    for python in PYTHONS:
        names = [
            f"{one.name}{one.specifier & NARROWED.get(one.name, '')}"
            for one in requirements
            if one.marker is None or one.marker.evaluate({"python_version": python})
        ]
        write(f"python{python}.txt", [resolved(names, python, machine) for machine in MACHINES])
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    write("build.txt", [resolved(build, PYTHONS[0], MACHINES[0])])


def resolved(requirements: list[str], python: str, machine: str) -> dict[str, str]:
    """Return the hash of each package at its version, 'numpy==1.26.4', as pip would install it."""
    tags = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC_MINOR]
    platforms = [f"--platform={tag}" for tag in (*tags, f"manylinux2014_{machine}")]
    abis = [f"--abi={abi}" for abi in (f"cp{python.replace('.', '')}", "abi3", "none")]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"),
                *("--ignore-installed", f"--target={folder}", f"--report={report}"),
                "--only-binary=:all:",
                *(f"--python-version={python}", "--implementation=cp", *abis, *platforms),
                *requirements,
            ],
            check=True,
        )
        found = json.loads(report.read_text())["install"]
    return {
        f"{one['metadata']['name'].lower()}=={one['metadata']['version']}": one["download_info"][
            "archive_info"
        ]["hashes"]["sha256"]
        for one in found
    }


def write(name: str, machines: list[dict[str, str]]) -> None:
    """Write a lock, each package with the hashes that it has on the machines."""
    if any(machine.keys() != machines[0].keys() for machine in machines):
        sys.exit(f"{name}: the architectures come to different versions; narrow setup.cfg")
    lines = ["# Made by `make locks`: what is installed, and nothing else is let in."]
    for package in sorted(machines[0]):
        hashes = sorted({machine[package] for machine in machines})
        lines.append(" \\\n    ".join([package, *(f"--hash=sha256:{one}" for one in hashes)]))
    (HERE / name).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
