"""Drum kits and patterns: the sounds that are most easily taken for clicks."""

import re
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.errors import RunoutError
from runout_training.corpus import hits
from runout_training.corpus.packages import DRUMS, ELECTRONIC_DRUMS
from runout_training.corpus.tracks import RATE, Split, split_of

_SUFFIXES = (".wav", ".flac", ".aiff")
# Names of sounds that are clicks, hold clicks, or are no hits: no ground for "no click here".
_EXCLUDED = re.compile(
    r"(^|[^a-z])(vinyl|glitch|tick|loop|rand-stream|ambi|robot|phone|click|empty)"
)
# Two kits share most of their sounds, two are of one session: each pair goes to one split.
_SAME_AS = {"The Black Pearl 1.0": "GMRockKit", "Millo_MultiLayered3": "Millo_MultiLayered2"}
# One and the same recording, in a kit that is trained on and in one that is tested on.
_DUPLICATES = ("Millo_MultiLayered3/mc_cb.flac", "Millo-Drums_v.1/misc_Cowbell.flac")
_NO_KITS = ("sonic-pi-bass", "sonic-pi-misc")
_VALIDATION_KITS = ("BJA_Pacific", "ForzeeStereo")
_ELECTRONIC_FOLDER = "drums"
_UNREADABLE = "kick04.ogg"
"""Vorbis in a WAV's clothes, which libsndfile doesn't open"""
_TRIES = 20
"""Patterns drawn before a kit is called silent"""


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
                if f"{path.parent.name}/{path.name}" in _DUPLICATES:
                    continue
                kit = path.parent.name
                if package == "sonic-pi-samples":
                    kit = f"sonic-pi-{path.stem.split('_')[0]}"
                kits.setdefault(kit, []).append(path)
        kits = {
            kit: files
            for kit, files in kits.items()
            if kit not in _NO_KITS and _split_of_kit(kit) == self._split
        }
        if self._split == "train":
            root = self._packages / ELECTRONIC_DRUMS
            for path in sorted(root.rglob(f"samples/{_ELECTRONIC_FOLDER}/*.ogg")):
                if path.name == _UNREADABLE:
                    continue
                kits.setdefault(f"{ELECTRONIC_DRUMS}-{_ELECTRONIC_FOLDER}", []).append(path)
        return kits

    def pattern(
        self, rng: np.random.Generator, seconds: float, varied: bool = False
    ) -> npt.NDArray[np.float64]:
        """A bar of sixteenths repeated for `seconds`, unit RMS, shape (2, samples); `varied` for
        drums that are tuned, damped and filtered otherwise than the kit's, to train on."""
        samples = round(seconds * RATE)
        for _ in range(_TRIES):
            files = self.kits[sorted(self.kits)[int(rng.integers(len(self.kits)))]]
            step = 60.0 / rng.uniform(70, 180) / 4.0
            out = np.zeros((2, samples))
            for _ in range(int(rng.integers(2, 7))):
                hit = hits.read(files[int(rng.integers(len(files)))])
                if varied:
                    hit = hits.vary(rng, hit)
                bar = rng.random(16) < rng.uniform(0.1, 0.6)
                gain, pan = rng.uniform(0.2, 1.0), rng.uniform(-0.6, 0.6)
                for index in range(int(seconds / step)):
                    if not bar[index % 16]:
                        continue
                    at = int((index * step + rng.uniform(0, 0.004)) * RATE)
                    if at < samples:
                        hits.lay(out, hit, at, hits.walls(pan) * gain * rng.uniform(0.6, 1.0))
            level = np.sqrt(np.mean(out**2))
            if level > 0:
                return np.asarray(out / level)
        raise RunoutError(f"no pattern of {seconds} s that sounds could be drawn of {files[0]}")


def _split_of_kit(kit: str) -> Split:
    if kit in _VALIDATION_KITS:
        return "validation"
    return split_of(_SAME_AS.get(kit, kit))
