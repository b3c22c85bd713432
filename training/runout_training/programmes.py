"""What plays on the simulated record: music, drums, sounds like clicks, signals of no source."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import soxr
from scipy import signal

from runout_training.corpus import synthesizer
from runout_training.corpus.drums import Drums
from runout_training.corpus.negatives import Negatives
from runout_training.corpus.tracks import RATE, Music, Split, Track

Sound = npt.NDArray[np.float64]

Programme = Literal[
    "music",
    "music and drums",
    "drums",
    "negatives",
    "music and negatives",
    "synthesizer",
    "music and synthesizer",
    "synthetic",
]

_FASTEST = 1.3
"""Largest factor of the speed that a programme is varied by"""
_TOGETHER_SHARE = 0.3
"""Of varied music, that with other music over it: a track is heard in many companies"""
_WIDTH_SHARE = 0.5
_WIDEST = 1.6
"""Largest factor of the vertical signal that a programme is varied by; the least is 0"""


class Patterns(Protocol):
    """Whatever draws patterns of hits: the drums, the hard negatives."""

    def pattern(self, rng: np.random.Generator, seconds: float, varied: bool = ...) -> Sound:
        """Unit RMS, shape (2, samples)."""


class Programmes:
    """Draws programmes from one split."""

    def __init__(self, music: Music, drums: Patterns, negatives: Patterns) -> None:
        self._music = music
        self._drums = drums
        self._negatives = negatives

    def draw(
        self,
        rng: np.random.Generator,
        kind: Programme,
        seconds: float,
        varied: bool,
        track: Track | None = None,
    ) -> Sound:
        """About unit RMS, shape (2, samples) at 44.1 kHz.

        `varied` plays it faster or slower, wider or narrower, with its treble up or down, and some
        music over other music; music comes from `track`, where one is given.
        """
        longer_s = seconds * _FASTEST + 0.01 if varied else seconds
        sound = self._plain(rng, kind, longer_s, varied, track)
        return _varied(rng, sound, round(seconds * RATE)) if varied else sound

    def _plain(
        self,
        rng: np.random.Generator,
        kind: Programme,
        seconds: float,
        varied: bool,
        track: Track | None,
    ) -> Sound:
        if kind == "drums":
            return self._drums.pattern(rng, seconds, varied)
        if kind == "negatives":
            return self._negatives.pattern(rng, seconds, varied)
        if kind == "synthesizer":
            return synthesizer.tune(rng, seconds)
        if kind == "synthetic":
            return _synthetic(rng, round(seconds * RATE))
        sound = self._music.excerpt(rng, seconds, track)
        if varied and rng.random() < _TOGETHER_SHARE:
            other = self._music.excerpt(rng, seconds)
            sound = sound + other * 10 ** (rng.uniform(-12, 0) / 20)
        if kind == "music":
            return sound
        if kind == "music and synthesizer":
            # The steps of its waves may lie far below the music.
            return sound + synthesizer.tune(rng, seconds) * 10 ** (rng.uniform(-12, 12) / 20)
        hits = self._drums if kind == "music and drums" else self._negatives
        return sound + hits.pattern(rng, seconds, varied) * 10 ** (rng.uniform(-12, 6) / 20)


@lru_cache
def programmes(cache: Path, split: Split) -> Programmes:
    """The programmes of a split, from the packages under `cache`; kept, with what was decoded."""
    return Programmes(Music(cache, split), Drums(cache, split), Negatives(cache, split))


def _varied(rng: np.random.Generator, sound: Sound, samples: int) -> Sound:
    """`samples` of the sound at another speed, wider or narrower, its treble up or down 6 dB."""
    speed = np.exp(rng.uniform(-np.log(_FASTEST), np.log(_FASTEST)))
    if rng.random() < 0.6:
        sound = soxr.resample(sound.T, RATE, RATE / speed, quality="MQ").T
    sound = sound[:, :samples]
    if rng.random() < _WIDTH_SHARE:
        lateral, vertical = sound.mean(axis=0), (sound[0] - sound[1]) / 2
        vertical = vertical * rng.uniform(0.0, _WIDEST)
        sound = np.stack((lateral + vertical, lateral - vertical))
    if rng.random() < 0.5:
        treble = signal.sosfilt(
            signal.butter(1, rng.uniform(1_000, 6_000), "high", fs=RATE, output="sos"), sound
        )
        sound = sound + treble * rng.uniform(-0.5, 1.0)
    return np.ascontiguousarray(sound)


def _synthetic(rng: np.random.Generator, samples: int) -> Sound:
    """Test tones, noise, chip music and silence: nothing that could be a click."""
    time = np.arange(samples) / RATE
    choice = int(rng.integers(5))
    if choice == 0:
        tone = np.sin(2 * np.pi * rng.uniform(30, 15_000) * time)
    elif choice == 1:
        tone = rng.standard_normal(samples)
    elif choice == 2:
        notes = 55.0 * 2 ** (rng.integers(0, 60, samples // 4000 + 1) / 12)
        phase = np.cumsum(np.repeat(notes, 4000)[:samples]) / RATE
        # Tracking the edges' place between samples keeps a square from being a row of clicks.
        tone = np.tanh(rng.uniform(2, 20) * np.sin(2 * np.pi * phase))
    elif choice == 3:
        tone = sum(
            np.sin(2 * np.pi * rng.uniform(50, 3000) * time) * rng.uniform(0.1, 1) for _ in range(6)
        ) * (0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.2, 8) * time))
    else:
        tone = rng.standard_normal(samples) * 1e-5
    sound = np.stack((tone, np.roll(tone, int(rng.integers(0, 40))) * rng.uniform(0.3, 1)))
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))
