"""Drum hits and patterns: the sounds that are most easily taken for clicks."""

import re
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from runout_training.corpus.packages import DRUMS
from runout_training.corpus.tracks import RATE, Split, split_of

_SUFFIXES = (".wav", ".flac", ".aiff")
# Names of sounds that are clicks, hold clicks, or are no hits: no ground for "no click here".
_EXCLUDED = re.compile(
    r"(^|[^a-z])(vinyl|glitch|tick|loop|rand-stream|ambi|robot|phone|click|empty)"
)
# Two kits share most of their sounds, two are of one session: each pair goes to one split.
_SAME_AS = {"The Black Pearl 1.0": "GMRockKit", "Millo_MultiLayered3": "Millo_MultiLayered2"}
_NO_KITS = ("sonic-pi-bass", "sonic-pi-misc")
_VALIDATION_KITS = ("BJA_Pacific", "ForzeeStereo")
_LONGEST_S = 2.0


class Drums:
    """The drum kits of one split."""

    def __init__(self, cache: Path, split: Split) -> None:
        self._packages = cache / "packages"
        self._split = split

    @cached_property
    def kits(self) -> dict[str, list[Path]]:
        """Files of hits by the name of their kit."""
        kits: dict[str, list[Path]] = {}
        for package in DRUMS:
            for path in sorted((self._packages / package).rglob("*")):
                if path.suffix.lower() not in _SUFFIXES or not path.is_file():
                    continue
                if _EXCLUDED.search(path.name.lower()):
                    continue
                kit = path.parent.name
                if package == "sonic-pi-samples":
                    kit = f"sonic-pi-{path.stem.split('_')[0]}"
                kits.setdefault(kit, []).append(path)
        return {
            kit: files
            for kit, files in kits.items()
            if kit not in _NO_KITS and _split_of_kit(kit) == self._split
        }

    def pattern(self, rng: np.random.Generator, seconds: float) -> npt.NDArray[np.float64]:
        """A bar of sixteenths repeated for `seconds`, unit RMS, shape (2, samples)."""
        samples = round(seconds * RATE)
        files = self.kits[sorted(self.kits)[int(rng.integers(len(self.kits)))]]
        step = 60.0 / rng.uniform(70, 180) / 4.0
        out = np.zeros((2, samples))
        for _ in range(int(rng.integers(2, 7))):
            hit = self._hit(files[int(rng.integers(len(files)))])
            bar = rng.random(16) < rng.uniform(0.1, 0.6)
            gain, pan = rng.uniform(0.2, 1.0), rng.uniform(-0.6, 0.6)
            walls = np.array([[1.0 - max(pan, 0.0)], [1.0 + min(pan, 0.0)]])
            for index in range(int(seconds / step)):
                if not bar[index % 16]:
                    continue
                at = int((index * step + rng.uniform(0, 0.004)) * RATE)
                length = min(hit.shape[1], samples - at)
                if length > 0:
                    strength = gain * rng.uniform(0.6, 1.0)
                    out[:, at : at + length] += hit[:, :length] * walls * strength
        level = np.sqrt(np.mean(out**2))
        return out / level if level > 0 else self.pattern(rng, seconds)

    def _hit(self, path: Path) -> npt.NDArray[np.float64]:
        sound, rate = soundfile.read(path, dtype="float64", always_2d=True)
        sound = sound[: int(_LONGEST_S * rate)]
        if rate != RATE:
            sound = soxr.resample(sound, rate, RATE)
        sound = np.repeat(sound, 2, axis=1)[:, :2] if sound.shape[1] == 1 else sound[:, :2]
        # Cut hits end in a fade, else their ends were clicks that the truth doesn't know.
        fade = min(len(sound), int(0.02 * RATE))
        sound[len(sound) - fade :] *= np.linspace(1.0, 0.0, fade)[:, None]
        peak = np.abs(sound).max(initial=0.0)
        return np.ascontiguousarray(sound.T / peak) if peak > 0 else sound.T


def _split_of_kit(kit: str) -> Split:
    if kit in _VALIDATION_KITS:
        return "validation"
    return split_of(_SAME_AS.get(kit, kit))
