"""Sounds as abrupt as clicks that are none: plucked and struck, chip music, DJs' scratching."""

from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.errors import RunoutError
from runout_training.corpus import chip, hits
from runout_training.corpus.machines import Machines
from runout_training.corpus.notes import Instrument, Notes
from runout_training.corpus.scratching import SOURCE_S, scratching
from runout_training.corpus.tracks import RATE, Music, Split, Track

Wave = npt.NDArray[np.float64]

_KINDS = ("percussion", "plucked", "machine", "chip", "scratching")
_SHARES = (0.25, 0.25, 0.25, 0.13, 0.12)
_PLACES = 4
"""Of a track, where it is scratched"""
_TRIES = 20
"""Patterns drawn before the sources are called silent"""


class Negatives:
    """The hard negatives of one split; no instrument, machine, wave shape or track is in two."""

    def __init__(self, cache: Path, split: Split) -> None:
        self._cache = cache
        self._split: Split = split

    def pattern(self, rng: np.random.Generator, seconds: float, varied: bool = False) -> Wave:
        """Sound of one kind, unit RMS, shape (2, samples) at 44.1 kHz; `varied` for hits that are
        tuned, damped and filtered otherwise, to train on."""
        for _ in range(_TRIES):
            sound = self.kind(rng, seconds, str(rng.choice(_KINDS, p=_SHARES)), varied)
            level = np.sqrt(np.mean(sound**2))
            if level > 1e-5:
                return np.asarray(sound / level)
        raise RunoutError(f"no hard negative of {seconds} s that sounds could be drawn")

    def kind(self, rng: np.random.Generator, seconds: float, kind: str, varied: bool) -> Wave:
        """As `pattern`, of a kind that is given, at whatever level."""
        if kind == "chip":
            return chip.tune(rng, seconds, self._split)
        if kind == "scratching":
            track = self._music.tracks[int(rng.integers(len(self._music.tracks)))]
            source = _excerpt(self._music, track, int(rng.integers(_PLACES)))
            return scratching(rng, source, seconds)
        return self._struck(rng, seconds, kind, varied)

    @cached_property
    def _music(self) -> Music:
        return Music(self._cache, self._split)

    @cached_property
    def _notes(self) -> Notes:
        return Notes(self._cache, self._split)

    @cached_property
    def _machines(self) -> Machines:
        return Machines(self._cache, self._split)

    def _struck(self, rng: np.random.Generator, seconds: float, kind: str, varied: bool) -> Wave:
        """One to five parts of a bar of sixteenths, or rolls: percussion alone plays fixed hits,
        plucked instruments a note of theirs each time."""
        out = np.zeros((2, round(seconds * RATE)))
        step = 60.0 / rng.uniform(60, 180) / (4.0 if rng.random() < 0.85 else 8.0)
        steps = int(seconds / step)
        for _ in range(int(rng.integers(1, 6 if kind != "plucked" else 4))):
            sounds = self._sounds(rng, kind, 3 if kind == "plucked" else 1)
            if varied:
                sounds = [hits.vary(rng, sound) for sound in sounds]
            bar = rng.random(16) < rng.uniform(0.1, 0.8)
            gain, place = rng.uniform(0.2, 1.0), hits.walls(rng.uniform(-0.7, 0.7))
            for index in range(steps):
                if bar[index % 16]:
                    at = int((index * step + rng.uniform(0, 0.006)) * RATE)
                    strength = gain * rng.uniform(0.5, 1.0)
                    hits.lay(out, sounds[index % len(sounds)], at, place * strength)
        return out

    def _sounds(self, rng: np.random.Generator, kind: str, count: int) -> list[hits.Hit]:
        if kind == "machine":
            kits = self._machines.kits
            files = kits[sorted(kits)[int(rng.integers(len(kits)))]]
            return [hits.read(files[int(rng.integers(len(files)))]) for _ in range(count)]
        wanted = [one for one in self._notes.instruments if _is_percussion(one, kind)]
        instrument = wanted[int(rng.integers(len(wanted)))]
        return [self._notes.note(rng, instrument) for _ in range(count)]


def _is_percussion(instrument: Instrument, kind: str) -> bool:
    return (instrument.program is None) == (kind == "percussion")


@lru_cache(64)
def _excerpt(music: Music, track: Track, place: int) -> Wave:
    """One of a few fixed places of a track: drawn anew each time, it would be decoded each time."""
    return music.excerpt(np.random.default_rng(place), SOURCE_S, track)
