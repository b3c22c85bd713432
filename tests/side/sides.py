"""Sides made of noise, and what becomes of them without the model."""

from dataclasses import dataclass

import numpy as np

from runout.side.envelope import Envelope
from runout.side.follow import Follower
from runout.side.needle import Change, Needle
from runout.side.tracks import Part, find_parts

RATE = 44_100
STEP = 8192
TURN_S = 1.8


def db(level_db):
    return 10.0 ** (level_db / 20.0)


def hiss(seconds, level_db, seed=0):
    """White noise of so many dBFS RMS, (2, samples)."""
    # A second and a bit, over and over: it is made in no time, and steady all the same.
    rng = np.random.default_rng(seed)
    loop = (db(level_db) * rng.standard_normal((2, 50_000))).astype(np.float32)
    samples = round(seconds * RATE)
    return np.tile(loop, -(-samples // loop.shape[1]))[:, :samples]


def groove(seconds, level_db=-60.0):
    """A groove without music: hiss, dust at random, and rumble 12 dB louder than the hiss."""
    sound = hiss(seconds, level_db)
    time = np.arange(sound.shape[1]) / RATE
    sound += np.float32(db(level_db + 15.0)) * np.sin(2 * np.pi * 9.0 * time).astype(np.float32)
    rng = np.random.default_rng(round(seconds * 10))
    for place in rng.integers(0, sound.shape[1] - 20, round(3 * seconds)):
        sound[:, place : place + 12] += np.float32(db(level_db + rng.uniform(10, 25)))
    return sound


def music(seconds, level_db=-20.0, notes_s=0.4):
    """Notes that swell and fall by some 12 dB, over a groove."""
    sound = hiss(seconds, level_db, seed=1)
    time = np.arange(sound.shape[1]) / RATE
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * time / notes_s)
    return (sound * swell.astype(np.float32)) + groove(seconds)


def faded(sound, seconds):
    """`sound` with its end faded out, groove and all: the platter is stopped."""
    last = round(seconds * RATE)
    soft = sound.copy()
    soft[:, -last:] *= np.linspace(1.0, 0.0, last, dtype=np.float32)
    return soft


def thump(seconds=0.3, level_db=-15.0):
    """The needle as it lands, or leaves."""
    sound = hiss(seconds, level_db, seed=2)
    decay = np.exp(-np.arange(sound.shape[1]) / (0.05 * RATE))
    return sound * decay.astype(np.float32)


def run_out(seconds, tick_db=-25.0):
    """A groove with a tick every turn."""
    sound = groove(seconds)
    for place in np.arange(0.7, seconds - 0.1, TURN_S):
        at = round(place * RATE)
        sound[:, at : at + 30] += np.float32(db(tick_db))
    return sound


def silence(seconds):
    """The preamp, the needle up: nothing is added to what `play` adds to all."""
    return np.zeros((2, round(seconds * RATE)), np.float32)


@dataclass
class Played:
    """What was said of some sound."""

    changes: list[Change]
    live: list[tuple[str, int | None, float]]
    """Part, track, and the end of the step in which it began"""
    sides: list[tuple[Part, ...]]

    @property
    def names(self):
        """The parts' names with the tracks' numbers, side by side."""
        return [
            [part.name if part.track is None else part.track for part in side]
            for side in self.sides
        ]


def play(*sounds, floor_db=-84.0, hum_db=None, lift_s=4.0):
    """Hear sounds in a row through a preamp, as the line hears them, but for the model."""
    sound = np.concatenate(sounds, axis=1)
    sound = sound + hiss(sound.shape[1] / RATE, floor_db, seed=3)[:, : sound.shape[1]]
    if hum_db is not None:
        time = np.arange(sound.shape[1]) / RATE
        hum = sum(np.sin(2 * np.pi * 50 * k * time) / k**2 for k in (1, 2, 3, 5))
        sound += (db(hum_db) * np.sqrt(2) * hum).astype(np.float32)
    needle, envelope, follower = Needle(lift_s), Envelope(RATE), Follower()
    said = Played([], [], [])
    begun_s = None
    for start in range(0, sound.shape[1], STEP):
        step = sound[:, start : start + STEP].astype(np.float32)
        start_s, end_s = start / RATE, (start + step.shape[1]) / RATE
        envelope.feed(step)
        change = needle.step(*envelope.latest, start_s, end_s)
        envelope.mark(needle.where)
        if change is not None:
            said.changes.append(change)
            if change.phase == "needle_down":
                begun_s, follower = change.time_s, Follower()
        if needle.phase != "idle":
            follower.step(
                needle.where, needle.over_noise_db, needle.phase == "playing", False, start_s, end_s
            )
            now = (follower.part, follower.track)
            if not said.live or said.live[-1][:2] != now:
                said.live.append((*now, end_s))
        if begun_s is not None and change is not None and change.phase == "idle":
            said.sides.append(_parts(envelope, begun_s, change.time_s))
            begun_s = None
        if needle.phase == "idle":
            envelope.idle()
    if begun_s is not None:
        said.sides.append(_parts(envelope, begun_s, sound.shape[1] / RATE))
    return said


def _parts(envelope, start_s, end_s):
    return find_parts(*envelope.between(start_s, end_s), start_s=start_s, landed=start_s > 0.0)
