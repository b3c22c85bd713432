"""Lossless music: MIDI pieces rendered once, since codecs leave their mark on all the rest."""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from tqdm import tqdm

from runout_training.corpus.fluidsynth import play, soundfont
from runout_training.corpus.packages import SCORES, SOUNDFONT, version_of
from runout_training.corpus.scores import scores_of
from runout_training.corpus.tracks import RATE, render_of

_LONGEST_S = 37.0
"""Seconds of a piece: its beginning is enough, and all together are about an hour"""
_SHORTEST_S = 32.0
_PEAK = 0.89
"""-1 dBFS, as music is mastered"""


def render(cache: Path) -> None:
    """Render the pieces of every package of scores as 24 bit FLAC; those that are there stay."""
    packages = cache / "packages"
    missing = [name for name in SCORES if not (packages / render_of(name)).is_dir()]
    for name in missing:
        partial = packages / f"{render_of(name)}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        bank = soundfont(cache)
        # Threads: each waits for a FluidSynth of its own.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [
                pool.submit(_render_one, content, bank, partial / f"{_safe(piece)}.flac")
                for piece, content in scores_of(packages / name)
            ]
            done = as_completed(jobs)
            for job in tqdm(done, total=len(jobs), desc=f"rendering {name}", unit="piece"):
                job.result()
        versions = f"{version_of(packages / name)} + {SOUNDFONT} "
        versions += version_of(packages / SOUNDFONT)
        (partial / "VERSION").write_text(versions + "\n", encoding="utf-8")
        partial.rename(packages / render_of(name))


def _render_one(content: bytes, bank: Path, path: Path) -> None:
    sound = _trimmed(play(content, bank, _LONGEST_S))
    if sound.shape[1] < _SHORTEST_S * RATE:
        return
    sound = sound * (_PEAK / np.abs(sound).max())
    # What is cut off fades, for a step is a click.
    fade = round(0.05 * RATE)
    sound[:, -fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    soundfile.write(path, sound.T, RATE, subtype="PCM_24")


def _trimmed(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Without the silence that a piece may begin and end with."""
    sounding = np.flatnonzero(np.abs(sound).max(axis=0) > 1e-4)
    return sound[:, sounding[0] : sounding[-1] + 1] if sounding.size else sound[:, :0]


def _safe(name: str) -> str:
    """A name that can stand for a file."""
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)
    return plain or hashlib.sha256(name.encode()).hexdigest()[:8]
