"""Mixes: a programme with wear put on, and the exact truth of what was put on.

The order is that of a record's life: it is cut and pressed, wears and is scratched, is played by
a turntable and a preamp, and is captured.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import signal

from runout_training.corpus.tracks import RATE, Track
from runout_training.programmes import Programme, Programmes
from runout_training.wear import place
from runout_training.wear.clock import draw_clock
from runout_training.wear.crackle import crackle, standing_out
from runout_training.wear.extras import EXTRAS, Stage
from runout_training.wear.hum import hum
from runout_training.wear.impulse import click, pop
from runout_training.wear.noise import surface_noise
from runout_training.wear.rumble import rumble
from runout_training.wear.transfer import low_pass, sixteen_bits
from runout_training.wear.worn import Sound, Truth, Worn

_MERGE_S = 0.003
"""Impulses that begin within this of one another are one: a click lasts up to 3 ms"""
_POP_SHARE = 0.15
_VINTAGE_SHARE = 0.2
"""Of mixes, those cut as acoustic and early electric records were: nothing above 3 to 8 kHz"""
_VINTAGE_CRACKLE_SHARE = 0.6
_CRACKLE_SHARP = 9.0
"""A tick of a crackling surface, of which there are many, is asked if it stands out this much"""
_SPARE_S = 0.1
_MONO_SHARE = 0.1
"""Of mixes, those that are the same in both channels"""
_DESTROYS_SHARE = 0.15
"""Of impulses, those that replace the music instead of riding on it"""
_IMPULSES = ("click", "pop")


@dataclass(frozen=True, slots=True)
class Mix:
    """Sound at 44.1 kHz, float32 of shape (2, samples), and its truth in order of time."""

    sound: npt.NDArray[np.float32]
    truth: tuple[Truth, ...]
    """Impulses, those within 3 ms of one another as one: what a listener would count"""
    parts: tuple[Truth, ...]
    """Everything on its own: what a network is asked"""
    programme: Programme

    def regions(self, kind: str) -> tuple[Truth, ...]:
        """The truth of a kind that is no impulse."""
        return tuple(one for one in self.parts if one.kind == kind)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to draw a mix from."""

    seconds: float
    rate_per_s: tuple[float, float] | None
    """Least and most impulses a second, drawn evenly in the logarithm; None for none"""
    over_db: tuple[float, float] = (3.0, 30.0)
    programme: Programme = "music"
    crackle: bool = False
    """Whether to put a crackling surface on"""
    varied: bool = False
    """Whether the programme is changed in speed, width, treble and company, to be heard as many"""
    extras: tuple[str, ...] | None = ()
    """Other wear to put on, by name; None to draw it by its own odds"""
    without: tuple[str, ...] = ()
    """Wear that is never drawn: held out, to see what happens to what was never learnt"""


class Mixer:
    """Draws mixes from one split."""

    def __init__(self, programmes: Programmes) -> None:
        self._programmes = programmes

    def mix(self, rng: np.random.Generator, recipe: Recipe, track: Track | None = None) -> Mix:
        """One mix; the same `rng` state, recipe and track give the same mix."""
        samples = round(recipe.seconds * RATE)
        # A little more than is asked for: what moves the sound in time may make it shorter.
        sound = self._programmes.draw(
            rng, recipe.programme, recipe.seconds + _SPARE_S, recipe.varied, track
        )
        chosen = _chosen(rng, recipe)
        # What wears the walls of a groove apart has no place where there is one channel.
        mono = rng.random() < _MONO_SHARE and not any(
            extra.name in chosen and extra.stage in ("groove", "surface") for extra in EXTRAS
        )
        sound, most_down_db = _cut(rng, sound, recipe.crackle)
        worn = Worn(sound, draw_clock(rng))
        worn = _stage(rng, worn, "groove", chosen)
        level = float(np.sqrt(np.mean(worn.sound**2)))
        if rng.random() < 0.7:
            worn = surface_noise(rng, worn, rng.uniform(15.0, most_down_db))
        if mono:
            worn = replace(worn, sound=np.repeat(worn.sound.mean(axis=0, keepdims=True), 2, axis=0))
        if recipe.rate_per_s is not None:
            worn = impulses(rng, worn, recipe.rate_per_s, recipe.over_db, mono)
        if recipe.crackle:
            worn = _crackling(rng, worn, level, mono)
        worn = _stage(rng, worn, "surface", chosen)
        if rng.random() < 0.2:
            worn = rumble(rng, worn, rng.uniform(-10.0, 50.0))
        if rng.random() < 0.2:
            worn = hum(rng, worn, rng.uniform(10.0, 60.0))
        worn = _stage(rng, worn, "playing", chosen)
        worn = _transfer(rng, worn)
        worn = _stage(rng, worn, "capture", chosen)
        parts = tuple(
            replace(one, end=min(one.end, samples))
            for one in sorted(worn.truth, key=lambda one: one.start)
            if one.peak < samples
        )
        truth = [one for one in parts if one.kind in _IMPULSES]
        return Mix(
            np.ascontiguousarray(worn.sound[:, :samples], np.float32),
            tuple(merged(truth)),
            parts,
            recipe.programme,
        )


def impulses(
    rng: np.random.Generator,
    worn: Worn,
    rate_per_s: tuple[float, float],
    over_db: tuple[float, float],
    mono: bool = False,
) -> Worn:
    """Clicks and pops anywhere, at a rate drawn evenly in the logarithm."""
    programme = place.Programme(worn.sound)
    sound = worn.sound.copy()
    samples = sound.shape[1]
    rate = np.exp(rng.uniform(*np.log(rate_per_s)))
    truth = []
    for _ in range(max(1, rng.poisson(rate * samples / RATE))):
        is_pop = rng.random() < _POP_SHARE
        wave = pop(rng) if is_pop else click(rng)
        at = int(rng.integers(0, samples - len(wave) - 4))
        walls = place.draw_walls(rng, mono)
        over = float(rng.uniform(*over_db))
        left = float(rng.uniform(0, 0.5)) if rng.random() < _DESTROYS_SHARE else 1.0
        wear = "pop" if is_pop else "click"
        truth.append(place.put(sound, programme, wave, at, walls, over, wear, left))
    return worn.with_truth(sound, *truth)


def merged(truth: list[Truth]) -> list[Truth]:
    """Impulses in order of time, those within 3 ms of one another as one."""
    joined: list[Truth] = []
    for one in sorted(truth, key=lambda one: one.start):
        last = joined[-1] if joined else None
        if last is not None and one.start < max(last.end, last.start + _MERGE_S * RATE):
            louder = last if last.over_db >= one.over_db else one
            end = max(last.end, one.end)
            kind: Literal["click", "pop"] = (
                "click" if end - last.start <= place.CLICK_LONGEST_S * RATE else "pop"
            )
            joined[-1] = replace(
                louder,
                kind=kind,
                start=last.start,
                end=end,
                channel=last.channel if last.channel == one.channel else "both",
                sharp=last.sharp or one.sharp,
            )
        else:
            joined.append(one)
    return joined


def _chosen(rng: np.random.Generator, recipe: Recipe) -> tuple[str, ...]:
    drawn = tuple(extra.name for extra in EXTRAS if rng.random() < extra.odds)
    wanted = drawn if recipe.extras is None else recipe.extras
    return tuple(name for name in wanted if name not in recipe.without)


def _stage(rng: np.random.Generator, worn: Worn, stage: Stage, chosen: tuple[str, ...]) -> Worn:
    for extra in EXTRAS:
        if extra.stage == stage and extra.name in chosen:
            worn = extra.wear(rng, worn)
    return worn


def _cut(rng: np.random.Generator, sound: Sound, crackle: bool) -> tuple[Sound, float]:
    """The sound as it was cut, and how far its groove noise may lie below it, in dB."""
    sound = sound * 10 ** (rng.uniform(-32, -14) / 20)
    if rng.random() < 0.1:
        ceiling = np.abs(sound).max() * 10 ** (rng.uniform(-8, -1) / 20)
        sound = np.clip(sound, -ceiling, ceiling)
    if rng.random() >= (_VINTAGE_CRACKLE_SHARE if crackle else _VINTAGE_SHARE):
        return sound, 75.0
    corner = np.exp(rng.uniform(np.log(3_000), np.log(8_000)))
    sections = signal.butter(int(rng.integers(1, 5)), corner, fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, sound, axis=1)), 35.0


def _crackling(rng: np.random.Generator, worn: Worn, level: float, mono: bool) -> Worn:
    """A crackling surface 8 to 35 dB below `level`, and the ticks of it that are to be heard."""
    surface = crackle(rng, worn.sound.shape[1]) * level * 10 ** (-rng.uniform(8, 35) / 20)
    if mono:
        surface = np.repeat(surface.mean(axis=0, keepdims=True), 2, axis=0)
    whole = worn.sound + surface
    truth = [
        Truth(
            "click",
            tick.place,
            tick.place,
            tick.place + 1,
            "both",
            20 * float(np.log10(tick.peak / (level + 1e-9))),
            tick.stands >= _CRACKLE_SHARP,
            "crackle",
        )
        for tick in standing_out(surface, whole)
    ]
    return worn.with_truth(whole, *truth)


def _transfer(rng: np.random.Generator, worn: Worn) -> Worn:
    """What the way from groove to file does after the damage: bandwidth, gain, 16 bits."""
    if rng.random() < 0.45:
        worn = low_pass(rng, worn)
    peak = np.abs(worn.sound).max()
    gain = min(1.0, 0.999 / peak) * 10 ** (rng.uniform(-12, 0) / 20)
    worn = replace(worn, sound=worn.sound * gain)
    return sixteen_bits(rng, worn) if rng.random() < 0.7 else worn
