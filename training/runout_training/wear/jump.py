"""The needle leaves its groove: what it plays then, and the shock of it.

The platter turns on while the needle flies, so it lands at the angle where it would have been:
what is heard next was, or will be, heard a whole number of revolutions away. The groove's own
noise and damage are heard again with the music.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import click, pop
from runout_training.wear.place import Programme, Walls, put
from runout_training.wear.worn import Sound, Truth, Worn

_CLICK_SHARE = 0.3
"""Of shocks, those without a thump"""
_LONGEST_FLIGHT_S = 0.015
"""Seconds for which the needle hears no groove"""
_FADE_S = 0.0005


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the groove that is played, in samples of the sound as it was."""

    start: int
    end: int


def play(worn: Worn, pieces: Sequence[Piece]) -> Worn:
    """The pieces one after the other, each with what lies wholly in it of the truth."""
    truth: list[Truth] = []
    at = 0
    for piece in pieces:
        move = at - piece.start
        truth += [
            replace(one, start=one.start + move, peak=one.peak + move, end=one.end + move)
            for one in worn.truth
            if piece.start <= one.start and one.end <= piece.end
        ]
        at += piece.end - piece.start
    sound = np.concatenate([worn.sound[:, piece.start : piece.end] for piece in pieces], axis=1)
    return replace(worn, sound=sound, truth=tuple(truth))


def shock(
    rng: np.random.Generator, sound: Sound, programme: Programme, at: int, over_db: float, wear: str
) -> Truth | None:
    """Put the shock of a jump at sample `at` on `sound`, in place; None if there is no room.

    For a few milliseconds of flight there is no music.
    """
    wave = click(rng) if rng.random() < _CLICK_SHARE else pop(rng)
    if at + len(wave) + 4 > sound.shape[1]:
        return None
    flight = int(rng.uniform(0.0, _LONGEST_FLIGHT_S) * RATE)
    fade = round(_FADE_S * RATE)
    gain = np.zeros(min(flight + 2 * fade, sound.shape[1] - at))
    gain[:fade] = np.linspace(1.0, 0.0, fade)[: len(gain)]
    gain[max(0, len(gain) - fade) :] = np.linspace(0.0, 1.0, fade)[-len(gain) :]
    sound[:, at : at + len(gain)] *= gain
    share = float(rng.uniform(0.4, 1.0)) * float(rng.choice((-1.0, 1.0)))
    return put(sound, programme, wave, at, Walls((1.0, share), "both", 0), over_db, wear)
