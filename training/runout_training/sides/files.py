"""Sides as files: a FLAC file at 44.1 kHz and 16 bits each, with its truth beside it as JSON."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from runout.errors import RunoutError
from runout.grading.table import load_table
from runout.report.messages import rounded, side_fields
from runout_training.corpus.parallel import run
from runout_training.corpus.tracks import RATE, Split
from runout_training.sides.make import Numbered, numbered
from runout_training.sides.truth import true_side


def write_sides(
    cache: Path, folder: Path, split: Split, seed: int, count: int, seconds: tuple[float, float]
) -> list[Path]:
    """Write the sides 0 to `count` of a seed, on all cores; return the sound files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunoutError(f"{folder}: {error.strerror}") from error
    job = partial(_write, cache, folder, split, seed, seconds)
    return sorted(run(job, [(number,) for number in range(count)], None, "sides"))


def write_side(made: Numbered, path: Path) -> None:
    """Write a side to `path`, and its truth to the same name with .json."""
    steps = np.rint(made.side.sound.T * 32768.0).astype(np.int16)
    soundfile.write(path, steps, RATE, "PCM_16", format="FLAC")
    path.with_suffix(".json").write_text(
        json.dumps(truth(made, path.name)) + "\n", encoding="utf-8"
    )


def truth(made: Numbered, file: str) -> dict[str, object]:
    """What `runout grade --json` should say of a side's file, and how the side was made."""
    condition = {
        name: rounded(value, 4) if isinstance(value, float) else value
        for name, value in asdict(made.side.condition).items()
    }
    return {
        "file": file,
        "album": made.album.name,
        "tracks": [f"{track.package}/{track.file}" for track in made.album.tracks],
        "condition": condition,
        **side_fields(true_side(made.side, load_table())),
    }


def _write(
    cache: Path, folder: Path, split: Split, seed: int, seconds: tuple[float, float], number: int
) -> Path:
    path = folder / f"{split}-{seed}-{number:03d}.flac"
    write_side(numbered(cache, split, seed, number, seconds), path)
    return path
