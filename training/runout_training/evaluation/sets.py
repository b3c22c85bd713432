"""The sets that detectors are judged on, the same for all and for every run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from runout_training.corpus.tracks import Music, Split, Track
from runout_training.mix import Mix, Mixer, Recipe
from runout_training.programmes import Programme, programmes

SetName = Literal[
    "sparse",
    "busy",
    "faint",
    "clean",
    "drums",
    "negatives",
    "long clean",
    "other wear",
    "dropout",
    "distortion",
    "capture glitch",
]

IMPULSE_SETS: tuple[SetName, ...] = ("sparse", "busy")
"""Worn music: F1, precision and recall"""
CLEAN_SETS: tuple[SetName, ...] = ("clean", "drums", "negatives")
"""What is not worn: false alarms a minute"""

SEED = 20_261_121
_OTHER_WEAR = ("static", "gouge", "scratch", "dust")
"""Kinds of impulses that the sparse and busy sets don't hold, a file of each in turn"""


@dataclass(frozen=True, slots=True)
class Case:
    """One file of a set."""

    set: SetName
    name: str
    mix: Mix


_MUSIC: tuple[tuple[SetName, Recipe], ...] = (
    ("sparse", Recipe(10.0, (0.1, 3.0))),
    ("busy", Recipe(8.0, (3.0, 20.0))),
    ("faint", Recipe(8.0, (0.3, 10.0), over_db=(0.0, 9.0))),
    ("clean", Recipe(15.0, None)),
)
_PATTERNS: tuple[tuple[SetName, Programme, int], ...] = (
    ("drums", "drums", 48),
    ("negatives", "negatives", 32),
)
_PATTERN_S = 8.0
_LONG_S = 60.0


def cases(cache: Path, split: Split, rounds: int = 1) -> Iterator[Case]:
    """What every detector is judged on; `rounds` times, at other places.

    Every track of the split with few impulses (0.1 to 3 a second for 10 s), with many (3 to 20
    for 8 s), at 3 to 30 dB over the programme; with faint ones (0 to 9 dB, 0.3 to 10 a second for
    8 s); without (15 s); patterns of its drum kits and of its hard negatives (8 s). What is not
    worn still goes through a transfer: surface noise, hum, low-pass, gain, 16 bits.
    """
    mixer, tracks = _split(cache, split)
    for number, track in enumerate(tracks * rounds):
        name = f"{track.package}/{Path(track.file).name}"
        for kind, (set_name, recipe) in enumerate(_MUSIC):
            yield Case(set_name, name, mixer.mix(_rng(kind, number), recipe, track))
    for kind, (set_name, programme, files) in enumerate(_PATTERNS, len(_MUSIC)):
        for number in range(files * rounds):
            recipe = Recipe(_PATTERN_S, None, programme=programme)
            yield Case(set_name, f"pattern {number}", mixer.mix(_rng(kind, number), recipe))


def long_clean(cache: Path, split: Split) -> Iterator[Case]:
    """A minute of every track, not worn: what false alarms a minute are measured by."""
    mixer, tracks = _split(cache, split)
    for number, track in enumerate(tracks):
        recipe = Recipe(min(_LONG_S, track.seconds - 1.0), None)
        mix = mixer.mix(_rng(10, number), recipe, track)
        yield Case("long clean", f"{track.package}/{Path(track.file).name}", mix)


def other_wear(cache: Path, split: Split) -> Iterator[Case]:
    """Every track of the split with one of the other kinds of wear in turn, for 10 s."""
    mixer, tracks = _split(cache, split)
    for number, track in enumerate(tracks):
        wear = _OTHER_WEAR[number % len(_OTHER_WEAR)]
        recipe = Recipe(10.0, None, extras=(wear,))
        yield Case("other wear", wear, mixer.mix(_rng(11, number), recipe, track))


def passages(cache: Path, split: Split) -> Iterator[Case]:
    """Every track of the split with dropouts, with distortion, and with capture glitches among
    clicks (0.3 to 3 a second), for 10 s each."""
    mixer, tracks = _split(cache, split)
    recipes: tuple[tuple[SetName, Recipe], ...] = (
        ("dropout", Recipe(10.0, None, extras=("dropout",))),
        ("distortion", Recipe(10.0, None, extras=("distortion",))),
        ("capture glitch", Recipe(10.0, (0.3, 3.0), extras=("capture_glitch",))),
    )
    for number, track in enumerate(tracks):
        name = f"{track.package}/{Path(track.file).name}"
        for kind, (set_name, recipe) in enumerate(recipes, 12):
            yield Case(set_name, name, mixer.mix(_rng(kind, number), recipe, track))


def _split(cache: Path, split: Split) -> tuple[Mixer, list[Track]]:
    return Mixer(programmes(cache, split)), Music(cache, split).tracks


def _rng(kind: int, number: int) -> np.random.Generator:
    return np.random.default_rng((SEED, kind, number))
