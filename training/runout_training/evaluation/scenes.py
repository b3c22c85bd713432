"""Scenes of half a minute and more: held-out programme with damage that has a structure in time."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout_training.corpus.drums import Drums
from runout_training.corpus.tracks import RATE, Music
from runout_training.evaluation.sets import SEED
from runout_training.wear.clock import Clock, draw_clock
from runout_training.wear.dust import dust
from runout_training.wear.hum import hum
from runout_training.wear.locked_groove import locked_groove
from runout_training.wear.noise import surface_noise
from runout_training.wear.rumble import rumble
from runout_training.wear.scratch import scratch
from runout_training.wear.skip import skip
from runout_training.wear.transfer import level, low_pass, sixteen_bits
from runout_training.wear.worn import Sound, Worn
from runout_training.wear.wow import wow

Damage = Literal["scratch", "skip back", "skip ahead", "locked groove", "clean", "loops", "dense"]

SECONDS: dict[Damage, float] = {
    "scratch": 60.0,
    "skip back": 30.0,
    "skip ahead": 30.0,
    "locked groove": 30.0,
    "clean": 60.0,
    "loops": 60.0,
    "dense": 20.0,
}
_DUST_PER_S = (0.02, 2.0)
_DENSE_PER_S = (20.0, 200.0)
_NOISE_DB = (25.0, 60.0)
"""Groove noise below the programme"""
_PREAMP_DBFS = (-90.0, -80.0)
_LOW_PASSED_SHARE = 0.3
_PROGRAMMES = ("music", "music and drums", "drums")
_PROGRAMME_SHARES = (0.5, 0.35, 0.15)
_BARS = (0.25, 0.5, 1.0, 1.0, 2.0)
"""Turns that a loop lasts"""
_SEAM_S = 0.01


@dataclass(frozen=True, slots=True)
class Scene:
    """One file."""

    damage: Damage
    clock: Clock
    worn: Worn


class Scenes:
    """Draws scenes from one split."""

    def __init__(self, music: Music, drums: Drums) -> None:
        self._music = music
        self._drums = drums

    def scene(self, damage: Damage, number: int) -> Scene:
        """A scene of a kind; the same number is always the same scene."""
        rng = np.random.default_rng((SEED, 7, list(SECONDS).index(damage), number))
        clock = draw_clock(rng)
        seconds = SECONDS[damage]
        if damage == "loops":
            sound = self._loops(rng, clock, seconds)
        else:
            sound = self._programme(rng, seconds, _drawn_programme(rng))
        worn = surface_noise(rng, Worn(sound, clock), rng.uniform(*_NOISE_DB))
        worn = _damaged(rng, worn, damage)
        # The groove moves unevenly with all that is in it; what follows comes after the groove.
        return Scene(damage, clock, _transferred(rng, wow(rng, worn)))

    def _programme(self, rng: np.random.Generator, seconds: float, kind: str) -> Sound:
        if kind == "drums":
            return self._drums.pattern(rng, seconds)
        sound = self._music.excerpt(rng, seconds)
        if kind == "music and drums":
            sound = sound + self._drums.pattern(rng, seconds) * 10 ** (rng.uniform(-12, 6) / 20)
        return sound

    def _loops(self, rng: np.random.Generator, clock: Clock, seconds: float) -> Sound:
        """Music made of one loop, whose bars are the very same samples and fit the turn exactly.

        Another voice comes and goes over it, bar by bar.
        """
        bar = round(clock.period_s * float(rng.choice(_BARS)) * RATE)
        seam = round(_SEAM_S * RATE)
        longer = self._programme(rng, (bar + seam) / RATE + 0.01, _drawn_programme(rng))
        fade = np.linspace(0.0, 1.0, seam)
        head = longer[:, :seam] * fade + longer[:, bar : bar + seam] * (1.0 - fade)
        loop = np.concatenate((head, longer[:, seam:bar]), axis=1)
        samples = round(seconds * RATE)
        bars = -(-samples // bar)
        sound = np.tile(loop, (1, bars))[:, :samples]
        voice = self._music.excerpt(rng, seconds) * 10 ** (rng.uniform(-20, 0) / 20)
        sings = np.repeat((rng.random(bars) < 0.3).astype(np.float64), bar)[:samples]
        swell = np.convolve(sings, np.ones(seam) / seam, "same")
        return np.asarray(sound + voice * swell)


def _drawn_programme(rng: np.random.Generator) -> str:
    return str(rng.choice(_PROGRAMMES, p=_PROGRAMME_SHARES))


def _log_uniform(rng: np.random.Generator, span: tuple[float, float]) -> float:
    return float(np.exp(rng.uniform(*np.log(span))))


def _damaged(rng: np.random.Generator, worn: Worn, damage: Damage) -> Worn:
    if damage == "clean":
        return worn
    if damage == "dense":
        return dust(rng, worn, _log_uniform(rng, _DENSE_PER_S))
    worn = dust(rng, worn, _log_uniform(rng, _DUST_PER_S))
    if damage == "scratch":
        for _ in range(int(rng.integers(1, 4))):
            worn = scratch(rng, worn)
    elif damage == "locked groove":
        worn = locked_groove(rng, worn)
    elif damage != "loops":
        worn = skip(rng, worn, forward=damage == "skip ahead")
    return worn


def _transferred(rng: np.random.Generator, worn: Worn) -> Worn:
    if rng.random() < 0.3:
        worn = rumble(rng, worn, rng.uniform(10, 50))
    if rng.random() < 0.3:
        worn = hum(rng, worn, rng.uniform(20, 60))
    if rng.random() < _LOW_PASSED_SHARE:
        worn = low_pass(rng, worn)
    worn = level(rng, worn, (-12.0, -1.0))
    floor: npt.NDArray[np.float64] = rng.standard_normal(worn.sound.shape)
    floor *= 10 ** (rng.uniform(*_PREAMP_DBFS) / 20)
    return sixteen_bits(rng, replace(worn, sound=worn.sound + floor))
