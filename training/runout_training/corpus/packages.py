"""Fetches the Debian packages that hold the music; nothing is installed and no root is needed."""

import shutil
import subprocess
import zipfile
from pathlib import Path

from tqdm import tqdm

from runout.errors import RunoutError

MUSIC = (
    "wesnoth-1.16-music",
    "nexuiz-music",
    "singularity-music",
    "ufoai-music",
    "fretsonfire-songs-muldjord",
    "fretsonfire-songs-sectoid",
    "supertuxkart-data",
)
DRUMS = ("hydrogen-drumkits", "hydrogen-data", "sonic-pi-samples")
ELECTRONIC_DRUMS = "lmms-common"
"""Drum sounds and recipes of drum machines, for training alone"""
SOUNDFONT = "fluid-soundfont-gm"
SCORES = ("openttd-openmsx", "freedoom")
"""MIDI files, to be rendered without loss"""


def fetch(cache: Path) -> None:
    """Download and unpack every package under `cache/packages`; those already there stay."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise RunoutError(
            "training fetches its music with apt-get and dpkg-deb: run it on Debian or Ubuntu"
        )
    packages = cache / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    wanted = (*MUSIC, *DRUMS, ELECTRONIC_DRUMS, SOUNDFONT, *SCORES)
    missing = [name for name in wanted if not (packages / name).is_dir()]
    for name in tqdm(missing, desc="fetching music", unit="package"):
        _fetch_one(name, packages)


def version_of(package: Path) -> str:
    """Version of the unpacked package in this folder."""
    try:
        return (package / "VERSION").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise RunoutError(
            f"{package} is missing: `runout-train prepare` fetches or renders it"
        ) from None


def _fetch_one(name: str, packages: Path) -> None:
    # Unpacked beside its place and moved there whole, so that a cut never leaves half of it.
    partial = packages / f"{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    _run(["apt-get", "-q", "download", name], partial)
    (deb,) = partial.glob("*.deb")
    (partial / "VERSION").write_text(
        _run(["dpkg-deb", "-f", deb.name, "Version"], partial), encoding="utf-8"
    )
    _run(["dpkg-deb", "-x", deb.name, "."], partial)
    deb.unlink()
    for archive in partial.rglob("*.pk3"):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(archive.with_suffix(""))
        archive.unlink()
    partial.rename(packages / name)


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip() or "no message").splitlines()[-1]
        hint = " (try: sudo apt-get update)" if "Unable to locate" in reason else ""
        raise RunoutError(f"{' '.join(command)}: {reason}{hint}")
    return done.stdout
