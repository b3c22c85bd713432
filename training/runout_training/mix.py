"""Mixes: music or drums with wear put on, and the exact truth of what was put on."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import soxr
from scipy import signal

from runout_training.corpus.drums import Drums
from runout_training.corpus.tracks import RATE, Music, Track
from runout_training.wear.crackle import crackle, standing_out
from runout_training.wear.impulse import click, extent, pop
from runout_training.wear.surface import rumble_and_hum, surface_noise

Sound = npt.NDArray[np.float64]

Programme = Literal["music", "music and drums", "drums", "synthetic"]

_LEVEL_S = 0.05
"""Programme level is the RMS over this much on either side of an impulse"""
_MERGE_S = 0.003
"""Impulses that begin within this of one another are one: a click lasts up to 3 ms"""
_CLICK_LONGEST_S = 0.003
_POP_SHARE = 0.15
_SHARP = 6.0
"""An impulse is sharp whose second difference is this many times the programme's around it"""
_VINTAGE_SHARE = 0.2
"""Of mixes, those cut as acoustic and early electric records were: nothing above 3 to 8 kHz"""
_VINTAGE_CRACKLE_SHARE = 0.6
_CRACKLE_SHARP = 9.0
"""Likewise for the ticks of a crackling surface, which are many"""
_VARIED = 1.3
"""Largest factor of the speed that a programme is varied by"""
_MONO_SHARE = 0.1
"""Of mixes, those that are the same in both channels"""
_DESTROYS_SHARE = 0.15
"""Of impulses, those that replace the music instead of riding on it"""


@dataclass(frozen=True, slots=True)
class Truth:
    """One impulse that was put on."""

    kind: Literal["click", "pop"]
    start: int
    """Sample where it first reaches a tenth of its peak"""
    peak: int
    """Sample of its largest magnitude"""
    end: int
    """Sample past the last that reaches a tenth of its peak"""
    channel: Literal["left", "right", "both"]
    over_db: float
    """Peak over the RMS of the programme around it, in the louder channel"""
    sharp: bool
    """Whether its second difference stands well out of the programme's"""


@dataclass(frozen=True, slots=True)
class Mix:
    """Sound at 44.1 kHz, float32 of shape (2, samples), and its truth in order of time."""

    sound: npt.NDArray[np.float32]
    truth: tuple[Truth, ...]
    """Those within 3 ms of one another as one: what a listener would count"""
    parts: tuple[Truth, ...]
    """Each on its own: what a network is asked"""
    programme: Programme


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to draw a mix from."""

    seconds: float
    rate_per_s: tuple[float, float] | None
    """Least and most impulses a second, drawn evenly in the logarithm; None for no wear"""
    over_db: tuple[float, float] = (3.0, 30.0)
    programme: Programme = "music"
    crackle: bool = False
    """Whether to put a crackling surface on"""
    varied: bool = False
    """Whether the programme is played faster or slower and its treble turned up or down"""


class Mixer:
    """Draws mixes from one split."""

    def __init__(self, music: Music, drums: Drums) -> None:
        self._music = music
        self._drums = drums

    def mix(self, rng: np.random.Generator, recipe: Recipe, track: Track | None = None) -> Mix:
        """One mix; the same `rng` state, recipe and track give the same mix."""
        sound = self._programme(rng, recipe, track)
        if recipe.varied:
            sound = _varied(rng, sound, round(recipe.seconds * RATE))
        samples = sound.shape[1]
        mono = rng.random() < _MONO_SHARE
        sound = sound * 10 ** (rng.uniform(-32, -14) / 20)
        if rng.random() < 0.1:
            ceiling = np.abs(sound).max() * 10 ** (rng.uniform(-8, -1) / 20)
            sound = np.clip(sound, -ceiling, ceiling)
        most_down_db = 75.0
        if rng.random() < (_VINTAGE_CRACKLE_SHARE if recipe.crackle else _VINTAGE_SHARE):
            corner = np.exp(rng.uniform(np.log(3_000), np.log(8_000)))
            sections = signal.butter(int(rng.integers(1, 5)), corner, fs=RATE, output="sos")
            sound = signal.sosfilt(sections, sound, axis=1)
            most_down_db = 35.0
        level = np.sqrt(np.mean(sound**2))
        if rng.random() < 0.7:
            down_db = rng.uniform(15.0, most_down_db)
            sound = sound + surface_noise(rng, samples) * level * 10 ** (-down_db / 20)
        if rng.random() < 0.3:
            down_db = rng.uniform(10, 50)
            sound = sound + rumble_and_hum(rng, samples) * level * 10 ** (-down_db / 20)
        if mono:
            sound = _as_mono(sound)
        truth: list[Truth] = []
        if recipe.rate_per_s is not None:
            sound, truth = _wear(rng, sound, recipe.rate_per_s, recipe.over_db, mono)
        if recipe.crackle:
            sound, ticks = _crackling(rng, sound, level, mono)
            truth += ticks
        sound = _transfer(rng, sound)
        return Mix(sound.astype(np.float32), tuple(_merged(truth)), tuple(truth), recipe.programme)

    def _programme(self, rng: np.random.Generator, recipe: Recipe, track: Track | None) -> Sound:
        seconds = recipe.seconds * _VARIED + 0.01 if recipe.varied else recipe.seconds
        if recipe.programme == "drums":
            return self._drums.pattern(rng, seconds)
        if recipe.programme == "synthetic":
            return _synthetic(rng, round(seconds * RATE))
        sound = self._music.excerpt(rng, seconds, track)
        if recipe.programme == "music and drums":
            over = 10 ** (rng.uniform(-12, 6) / 20)
            sound = sound + self._drums.pattern(rng, seconds) * over
        return sound


def _as_mono(sound: Sound) -> Sound:
    return np.repeat(sound.mean(axis=0, keepdims=True), 2, axis=0)


def _varied(rng: np.random.Generator, sound: Sound, samples: int) -> Sound:
    """`samples` of the sound at another speed, its treble up or down 6 dB."""
    speed = np.exp(rng.uniform(-np.log(_VARIED), np.log(_VARIED)))
    if rng.random() < 0.6:
        sound = soxr.resample(sound.T, RATE, RATE / speed, quality="MQ").T
    sound = sound[:, :samples]
    if rng.random() < 0.5:
        treble = signal.sosfilt(
            signal.butter(1, rng.uniform(1_000, 6_000), "high", fs=RATE, output="sos"), sound
        )
        sound = sound + treble * rng.uniform(-0.5, 1.0)
    return np.ascontiguousarray(sound)


def _crackling(
    rng: np.random.Generator, sound: Sound, level: float, mono: bool
) -> tuple[Sound, list[Truth]]:
    """The sound with a crackling surface 8 to 35 dB below `level`, and the ticks to be heard."""
    surface = crackle(rng, sound.shape[1]) * level * 10 ** (-rng.uniform(8, 35) / 20)
    surface = _as_mono(surface) if mono else surface
    whole = sound + surface
    truth = [
        Truth(
            "click",
            tick.place,
            tick.place,
            tick.place + 1,
            "both",
            20 * np.log10(tick.peak / (level + 1e-9)),
            tick.stands >= _CRACKLE_SHARP,
        )
        for tick in standing_out(surface, whole)
    ]
    return whole, truth


def _wear(
    rng: np.random.Generator,
    sound: Sound,
    rate_per_s: tuple[float, float],
    over_db: tuple[float, float],
    mono: bool = False,
) -> tuple[Sound, list[Truth]]:
    programme = sound
    sound = sound.copy()
    samples = sound.shape[1]
    rate = np.exp(rng.uniform(*np.log(rate_per_s)))
    # Level by cumulated squares: one look-up an impulse. The floor keeps silence from
    # being divided by.
    squares = np.concatenate((np.zeros((2, 1)), np.cumsum(programme**2, axis=1)), axis=1)
    bends = np.abs(np.diff(programme, 2, axis=1, prepend=0.0, append=0.0))
    bends = np.concatenate((np.zeros((2, 1)), np.cumsum(bends, axis=1)), axis=1)
    floor = 0.01 * np.sqrt(np.mean(programme**2)) + 1e-9
    reach = round(_LEVEL_S * RATE)
    truth = []
    for _ in range(max(1, rng.poisson(rate * samples / RATE))):
        wave = pop(rng) if rng.random() < _POP_SHARE else click(rng)
        at = int(rng.integers(0, samples - len(wave) - 4))
        gains, channel = (np.ones(2), "both") if mono else _walls(rng)
        peak = at + int(np.abs(wave).argmax())
        low, high = max(0, peak - reach), min(samples, peak + reach)
        level = np.sqrt((squares[:, high] - squares[:, low]) / (high - low))
        loud = int(np.abs(gains).argmax())
        over = rng.uniform(*over_db)
        size = max(level[loud], floor) * 10 ** (over / 20)
        bend = (bends[loud, high] - bends[loud, low]) / (high - low)
        sharp = bool(size * np.abs(np.diff(wave, 2)).max(initial=0.0) >= _SHARP * bend)
        if rng.random() < _DESTROYS_SHARE:
            first, last = extent(wave, 0.05)
            kept = np.ones(len(wave))
            kept[first:last] = rng.uniform(0, 0.5)
            sound[:, at : at + len(wave)] *= np.where(np.abs(gains)[:, None] > 0, kept, 1.0)
        skew = int(rng.integers(-3, 4)) if not mono and rng.random() < 0.7 else 0
        for row, late in ((0, max(0, skew)), (1, max(0, -skew))):
            sound[row, at + late : at + late + len(wave)] += wave * size * gains[row]
        first, last = extent(wave)
        kind: Literal["click", "pop"] = (
            "click" if last - first <= _CLICK_LONGEST_S * RATE else "pop"
        )
        truth.append(Truth(kind, at + first, peak, at + last, channel, over, sharp))
    return sound, truth


def _walls(
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.float64], Literal["left", "right", "both"]]:
    """Gain on the left and right groove wall, and the name for it."""
    if rng.random() < 0.5:
        sign = rng.choice((-1.0, 1.0))
        return (
            (np.array([sign, 0.0]), "left")
            if rng.random() < 0.5
            else (
                np.array([0.0, sign]),
                "right",
            )
        )
    # A third of those on both walls move the stylus purely sideways or purely up and down.
    share = 1.0 if rng.random() < 0.33 else rng.uniform(0.35, 1.0)
    other = share * rng.choice((-1.0, 1.0))
    gains = np.array([1.0, other]) * rng.choice((-1.0, 1.0))
    return (gains if rng.random() < 0.5 else gains[::-1].copy()), "both"


def _merged(truth: list[Truth]) -> list[Truth]:
    merged: list[Truth] = []
    for one in sorted(truth, key=lambda one: one.start):
        last = merged[-1] if merged else None
        if last is not None and one.start < max(last.end, last.start + _MERGE_S * RATE):
            louder = last if last.over_db >= one.over_db else one
            end = max(last.end, one.end)
            length = end - last.start
            kind: Literal["click", "pop"] = "click" if length <= _CLICK_LONGEST_S * RATE else "pop"
            channel = last.channel if last.channel == one.channel else "both"
            sharp = last.sharp or one.sharp
            merged[-1] = Truth(kind, last.start, louder.peak, end, channel, louder.over_db, sharp)
        else:
            merged.append(one)
    return merged


def _transfer(rng: np.random.Generator, sound: Sound) -> Sound:
    """What the way from groove to file does after the damage: bandwidth, gain, 16 bits."""
    if rng.random() < 0.45:
        corner = np.exp(rng.uniform(np.log(7_000), np.log(20_000)))
        order = int(rng.integers(1, 7))
        sections = signal.butter(order, corner, fs=RATE, output="sos")
        sound = signal.sosfilt(sections, sound, axis=1)
    peak = np.abs(sound).max()
    sound = sound * min(1.0, 0.999 / peak) * 10 ** (rng.uniform(-12, 0) / 20)
    if rng.random() < 0.7:
        sound = np.round(sound * 32768 + rng.uniform(-0.5, 0.5, sound.shape)) / 32768
    return sound


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
