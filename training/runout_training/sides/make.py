"""Sides by number: the same seed, split and number are always the same side."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from runout_training.corpus.tracks import Music, Split
from runout_training.sides.albums import Album, albums, played
from runout_training.sides.condition import draw_condition, severity_of
from runout_training.sides.side import Side, make_side
from runout_training.wear.clock import draw_clock

SECONDS = (240.0, 480.0)
"""Length of a side, but for its lead-in, gaps and run-out: a third of a real one's, for the sake of
how many can be heard"""
_TRACKS = (2, 6)
_OFF_SPEED = 0.005
"""As IEC 60098 allows"""
_SPLITS: tuple[Split, ...] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A side and where it came from."""

    number: int
    album: Album
    side: Side


def numbered(
    cache: Path, split: Split, seed: int, number: int, seconds: tuple[float, float] = SECONDS
) -> Numbered:
    """Make the side `number` of a seed, with the music of a split from the packages in `cache`."""
    rng = np.random.default_rng((seed, _SPLITS.index(split), number))
    sets = _albums(cache, split)
    album = sets[number % len(sets)]
    condition = draw_condition(rng, severity_of(seed, number))
    clock = draw_clock(rng, _OFF_SPEED)
    count = min(int(rng.integers(*_TRACKS)), len(album.tracks))
    tracks = played(rng, cache, album, rng.uniform(*seconds), count)
    return Numbered(number, album, make_side(rng, condition, clock, tracks))


@lru_cache
def _albums(cache: Path, split: Split) -> list[Album]:
    return albums(Music(cache, split).tracks)
