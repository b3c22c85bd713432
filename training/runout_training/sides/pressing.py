"""The parts of one side: what all of them have in common, and how each is worn.

A part holds two sounds, four rows: without what lies on the groove, and with it. What moves the
needle moves both.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from runout.side.tracks import DROP_S
from runout_training.corpus.tracks import RATE
from runout_training.sides import grooves, surface
from runout_training.sides.condition import Condition
from runout_training.sides.jumps import locked, skip
from runout_training.sides.torn import distorted, with_dropouts
from runout_training.wear.clock import Clock
from runout_training.wear.impulse import click
from runout_training.wear.jump import Piece, play
from runout_training.wear.place import Programme, Walls, put
from runout_training.wear.worn import Sound, Truth, Worn
from runout_training.wear.wow import resampled

_MIDDLING_DB = 8.0
"""Peak over the programme level of a click that counts as one"""
_RUN_OUT_S = (8.0, 25.0)
_LOCKED_SHARE = 0.5
"""Of run-outs, those in whose last groove the needle was left for a while"""
_LOCKED_TURNS = (5, 12)
_TICKS_SHARE = 0.6
"""Of run-outs, those that tick"""
_TICK_DB = (-20.0, 5.0)
_THUMP_DB = (0.0, 12.0)
_THUMP_HZ = (15.0, 60.0)
_THUMP_S = 0.06
"""In which the landing's thump falls to 1/e"""
_CRUNCH_S = 0.01
_CRUNCH = 0.1
"""Of the thump"""


@dataclass(frozen=True, slots=True)
class Pressing:
    """What a side has in common from its beginning to its end."""

    condition: Condition
    clock: Clock
    reference: float
    """The programme level as RMS; sizes are told over it"""
    noise: grooves.Loop
    noise_level: float
    """RMS of it, weighted by ITU-R 468"""
    size_db: float
    """Peak of a middling click"""
    scratch_db: float
    """Peak of the crossings of a middling scratch, over the programme around them"""

    def groove(self, rng: np.random.Generator, start: int, seconds: float) -> Worn:
        """A part without music, lead-in or gap, that begins at sample `start` of the side."""
        noise = self.noise.at(start, round(seconds * RATE)).astype(np.float64)
        return _stacked(noise, self._littered(rng, Worn(noise, self._clock(start))))

    def lead_in(self, rng: np.random.Generator, start: int, seconds: float) -> Worn:
        """A lead-in with the needle's thump as it lands: no defect, so both sounds have it."""
        worn = self.groove(rng, start, seconds)
        time = np.arange(round(DROP_S * RATE)) / RATE
        size = self.reference * 10 ** (rng.uniform(*_THUMP_DB) / 20)
        hertz = np.exp(rng.uniform(*np.log(_THUMP_HZ)))
        thump = np.exp(-time / _THUMP_S) * np.sin(2 * np.pi * hertz * time)
        thump += _CRUNCH * np.exp(-time / _CRUNCH_S) * rng.standard_normal(len(time))
        worn.sound[:, : len(time)] += size * thump
        return worn

    def track(self, rng: np.random.Generator, start: int, music: Sound, jumps: bool) -> Worn:
        """A track of music, shape (2, samples), in which the needle `jumps` if any jumps are."""
        condition = self.condition
        worn = Worn(music, self._clock(start))
        if condition.distorted_percent:
            worn = distorted(rng, worn, condition.distorted_percent)
        if condition.dropouts_per_min:
            worn = with_dropouts(rng, worn, condition.dropouts_per_min)
        worn = replace(worn, sound=worn.sound + self.noise.at(start, music.shape[1]))
        clean = worn.sound
        worn = self._littered(rng, worn)
        if condition.scratched_percent:
            over_db = (self.scratch_db - 3.0, self.scratch_db + 3.0)
            worn = surface.scratches(rng, worn, condition.scratched_percent, over_db)
        worn = _stacked(clean, worn)
        for _ in range(condition.skips if jumps else 0):
            worn = skip(rng, worn)
        for _ in range(condition.locked_grooves if jumps else 0):
            worn = locked(rng, worn)
        return swung(worn, condition.off_centre_percent / 100.0)

    def run_out(self, rng: np.random.Generator, start: int) -> tuple[Worn, float | None]:
        """The run-out, and after how long its groove closes on itself, in s, if it is left there.

        There it plays one turn again and again.
        """
        noise = self.noise.at(start, round(rng.uniform(*_RUN_OUT_S) * RATE)).astype(np.float64)
        worn = self._littered(rng, Worn(noise, self._clock(start)))
        locked_s = None
        if rng.random() < _LOCKED_SHARE:
            locked_s = worn.seconds
            turn, samples = round(worn.clock.period_s * RATE), noise.shape[1]
            again = [Piece(samples - turn, samples)] * int(rng.integers(*_LOCKED_TURNS))
            worn = play(_stacked(noise, worn), (Piece(0, samples), *again))
            noise, worn = worn.sound[:2], replace(worn, sound=worn.sound[2:])
        if rng.random() < _TICKS_SHARE:
            worn = self._ticking(rng, worn)
        return _stacked(noise, worn), locked_s

    def _clock(self, start: int) -> Clock:
        """The clock as it stands at a sample of the side: the platter turns on."""
        return replace(self.clock, phase=float(self.clock.turns(start / RATE) % 1.0))

    def _littered(self, rng: np.random.Generator, worn: Worn) -> Worn:
        """With dust, pops and crackle."""
        condition, size_db, level = self.condition, self.size_db, self.reference
        # What is 10 dB larger is heard twice as loud (Stevens 1955): half as many are as bad.
        fewer = 2.0 ** ((_MIDDLING_DB - size_db) / 10.0)
        worn = surface.clicks(rng, worn, fewer * condition.clicks_per_min, size_db, level)
        worn = surface.pops(rng, worn, fewer * condition.pops_per_min, size_db, level)
        return surface.crackle(rng, worn, condition.crackle_percent, size_db, level)

    def _ticking(self, rng: np.random.Generator, worn: Worn) -> Worn:
        """A tick a turn, always the same."""
        wave, sound = click(rng), worn.sound.copy()
        around = Programme(worn.sound)
        size = self.reference * 10 ** (rng.uniform(*_TICK_DB) / 20)
        truth: list[Truth] = []
        for time_s in worn.clock.passes(float(rng.random()), worn.seconds - 0.1):
            at = round(time_s * RATE)
            over_db = 20 * float(np.log10(size / around.level(at + int(np.abs(wave).argmax()))[0]))
            walls = Walls((1.0, 1.0), "both", 0)
            truth.append(put(sound, around, wave, at, walls, over_db, "run-out"))
        return worn.with_truth(sound, *truth)


def swung(worn: Worn, off_centre: float) -> Worn:
    """Played off centre: once a turn faster and slower by that share; its ends stay in place."""
    if off_centre == 0.0:
        return worn
    samples = worn.sound.shape[1]
    n = np.arange(samples)
    angle = 2 * np.pi * worn.clock.turns(n / RATE)
    lead = off_centre * worn.clock.period_s * RATE / (2 * np.pi) * np.sin(angle)
    at = n + lead - np.linspace(lead[0], lead[-1], samples)

    def place(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.asarray(np.rint(np.interp(places, at, n)).astype(np.int64))

    return worn.moved(resampled(worn.sound, at), place)


def _stacked(clean: Sound, worn: Worn) -> Worn:
    """Both sounds as one, of four rows."""
    return replace(worn, sound=np.concatenate((clean, worn.sound)))
