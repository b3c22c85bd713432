"""Makes a whole side: the needle's landing, lead-in, tracks, gaps, run-out and lift, with its wear.

Two sounds are made together: the side, and the same side without anything that lies on it (clicks,
pops, crackle, scratches, shocks). The second tells what each of those stands over, and what the
groove's noise is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from runout.errors import RunoutError
from runout.measure.noise import programme_level_db
from runout.measure.slices import SliceStore
from runout.measure.spectrum import Slicer
from runout.side.tracks import DROP_S, Part, PartName
from runout_training.corpus.tracks import RATE
from runout_training.sides import grooves
from runout_training.sides.condition import Condition
from runout_training.sides.pressing import Pressing
from runout_training.wear.clock import Clock
from runout_training.wear.worn import Sound, Truth, Worn

_NEEDLE_UP_S = (2.0, 5.0)
_LEAD_IN_S = (5.0, 14.0)
_GAP_S = (1.5, 4.0)
_LIFTED_S = (0.8, 2.0)
_PEAK_DBFS = (-8.0, -1.0)
_SIZE_DB = (0.0, 16.0)
"""Of single clicks, the middle of a side's, over its programme level"""
_SCRATCH_DB = (4.0, 24.0)
_RUMBLES_SHARE = 0.4
_WIRING_SHARE = 0.5
"""Of hum, that which is there with the needle up as well"""


@dataclass(frozen=True, slots=True)
class Side:
    """One side, as a capture at 44.1 kHz and 16 bits."""

    condition: Condition
    clock: Clock
    sound: grooves.Narrow
    """Shape (2, samples), full scale 1"""
    clean: grooves.Narrow
    """The same without what lies on it, unrounded"""
    truth: tuple[Truth, ...]
    """In order of time"""
    parts: tuple[Part, ...]
    """From the needle-down on"""

    @property
    def seconds(self) -> float:
        """Length of the capture."""
        return self.sound.shape[1] / RATE


@dataclass(slots=True)
class _Made:
    """A side as far as it is made."""

    sounds: list[grooves.Narrow] = field(default_factory=list)
    """Parts of four rows: without what lies on it, and with it"""
    truth: list[Truth] = field(default_factory=list)
    starts: list[tuple[PartName, float]] = field(default_factory=list)
    samples: int = 0

    def add(self, worn: Worn, *names: tuple[PartName, float]) -> None:
        """Take the next sound, whose parts begin so many seconds after it does."""
        self.starts += [(name, self.samples / RATE + later_s) for name, later_s in names]
        first = 1 + max((one.episode for one in self.truth if one.episode is not None), default=-1)
        self.truth += [
            replace(
                one,
                start=one.start + self.samples,
                peak=one.peak + self.samples,
                end=one.end + self.samples,
                episode=None if one.episode is None else one.episode + first,
            )
            for one in worn.truth
        ]
        self.sounds.append(worn.sound.astype(np.float32))
        self.samples += worn.sound.shape[1]


def make_side(
    rng: np.random.Generator, condition: Condition, clock: Clock, tracks: Sequence[Sound]
) -> Side:
    """A side of tracks, shape (2, samples) each, in their order.

    They keep their levels to one another; the loudest sample is put to -8 to -1 dBFS.
    """
    peak = max(float(np.abs(track).max()) for track in tracks)
    gain = 10 ** (rng.uniform(*_PEAK_DBFS) / 20) / peak
    reference = gain * programme_level(tracks)
    noise_level = reference * 10 ** (condition.noise_db / 20)
    pressing = Pressing(
        condition=condition,
        clock=clock,
        reference=reference,
        noise=grooves.noise(rng, noise_level),
        noise_level=noise_level,
        size_db=float(rng.uniform(*_SIZE_DB)),
        scratch_db=float(rng.uniform(*_SCRATCH_DB)),
    )
    made = _Made()
    made.add(_silence(rng.uniform(*_NEEDLE_UP_S), clock))
    down = made.samples
    lead_in = pressing.lead_in(rng, down, rng.uniform(*_LEAD_IN_S))
    made.add(lead_in, ("needle_drop", 0.0), ("lead_in", DROP_S))
    jumping = _jumping(rng, tracks)
    for number, track in enumerate(tracks):
        if number:
            gap = pressing.groove(rng, made.samples, rng.uniform(*_GAP_S))
            made.add(gap, ("gap", 0.0))
        worn = pressing.track(rng, made.samples, track * gain, number == jumping)
        made.add(worn, ("track", 0.0))
    run_out, locked_s = pressing.run_out(rng, made.samples)
    locked: list[tuple[PartName, float]]
    locked = [] if locked_s is None else [("locked_run_out", locked_s)]
    made.add(run_out, ("run_out", 0.0), *locked)
    lifted = made.samples
    made.add(_silence(rng.uniform(*_LIFTED_S), clock), ("lifted", 0.0))
    both = np.concatenate(made.sounds, axis=1)
    made.sounds.clear()
    sound, clean = _captured(rng, pressing, both, down, lifted)
    truth = tuple(sorted(made.truth, key=lambda one: one.start))
    parts = _parts(made.starts, made.samples)
    return Side(condition, clock, sound, clean, truth, parts)


def programme_level(tracks: Sequence[Sound]) -> float:
    """RMS of the louder passages of the tracks, as the line tells a side's programme level."""
    slicer, store = Slicer(), SliceStore()
    for track in tracks:
        for one in slicer.feed(track.astype(np.float32)):
            store.add(one)
    level_db = programme_level_db(store.within([(0.0, np.inf)]))
    if level_db is None:
        raise RunoutError("a side needs a second of music")
    return float(10 ** (level_db / 20))


def _silence(seconds: float, clock: Clock) -> Worn:
    return Worn(np.zeros((4, round(seconds * RATE))), clock)


def _jumping(rng: np.random.Generator, tracks: Sequence[Sound]) -> int:
    """Number of the track in which the needle would jump, a long one rather."""
    lengths = np.array([track.shape[1] for track in tracks], np.float64)
    return int(rng.choice(len(tracks), p=lengths / lengths.sum()))


def _captured(
    rng: np.random.Generator, pressing: Pressing, both: grooves.Narrow, down: int, lifted: int
) -> tuple[grooves.Narrow, grooves.Narrow]:
    """The side in 16 bits and its clean sound, with rumble, hum and the preamp's floor.

    `both` is four rows; the needle is down from one sample to the other.
    """
    condition = pressing.condition
    samples = both.shape[1]
    added = grooves.preamp(rng, pressing.noise_level).at(0, samples)
    if rng.random() < _RUMBLES_SHARE:
        rumble = grooves.rumbling(rng, pressing.clock, pressing.reference)
        added[:, down:lifted] += rumble.at(down, lifted - down)
    if np.isfinite(condition.hum_db):
        hum = grooves.humming(rng, pressing.reference, condition.hum_db)
        wiring = condition.cause != "hum" and rng.random() < _WIRING_SHARE
        first, last = (0, samples) if wiring else (down, lifted)
        added[:, first:last] += hum.at(first, last - first)
    clean = both[:2] + added
    steps = (both[2:] + added) * np.float32(32768.0)
    steps += rng.random(steps.shape, np.float32) - np.float32(0.5)
    np.clip(np.rint(steps, out=steps), -32768, 32767, out=steps)
    return steps / np.float32(32768.0), clean


def _parts(starts: Sequence[tuple[PartName, float]], samples: int) -> tuple[Part, ...]:
    """From where each begins to where the next does, tracks numbered."""
    ends = [start_s for _, start_s in starts[1:]] + [samples / RATE]
    number = 0
    parts = []
    for (name, start_s), end_s in zip(starts, ends, strict=True):
        number += name == "track"
        parts.append(Part(name, start_s, end_s, number if name == "track" else None))
    return tuple(parts)
