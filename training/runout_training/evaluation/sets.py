"""The sets that detectors are judged on, the same for all and for every run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from runout_training.corpus.drums import Drums
from runout_training.corpus.tracks import Music, Split
from runout_training.mix import Mix, Mixer, Recipe

SetName = Literal["worn", "clean", "drums"]

SEED = 20_261_121
WORN_S, CLEAN_S, DRUMS_S = 10.0, 20.0, 10.0
_DRUM_FILES = 48


@dataclass(frozen=True, slots=True)
class Case:
    """One file of a set."""

    set: SetName
    name: str
    mix: Mix


def cases(cache: Path, split: Split, rounds: int = 1) -> Iterator[Case]:
    """Every track of the split worn (10 s, 0.1 to 20 impulses a second at 3 to 30 dB) and not
    worn (20 s), and bare drum patterns of its kits (10 s); `rounds` times, at other places.

    What is not worn still goes through a transfer: surface noise, hum, low-pass, gain, 16 bits.
    """
    music = Music(cache, split)
    mixer = Mixer(music, Drums(cache, split))
    for number, track in enumerate(music.tracks * rounds):
        name = f"{track.package}/{Path(track.file).name}"
        worn = Recipe(WORN_S, (0.1, 20.0))
        yield Case("worn", name, mixer.mix(np.random.default_rng((SEED, 0, number)), worn, track))
        clean = Recipe(CLEAN_S, None)
        yield Case("clean", name, mixer.mix(np.random.default_rng((SEED, 1, number)), clean, track))
    for number in range(_DRUM_FILES * rounds):
        bare = Recipe(DRUMS_S, None, programme="drums")
        mix = mixer.mix(np.random.default_rng((SEED, 2, number)), bare)
        yield Case("drums", f"pattern {number}", mix)
