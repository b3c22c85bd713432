"""Capture glitches: what the USB path loses, repeats or blanks. Never a defect of the record.

USB audio moves a packet a frame, 1 ms at full speed or 125 us at high speed; on small boards
packets go missing, unreported, at irregular times (raspberrypi/linux issues 2215 and 5188). Then
the samples of a packet are lost, in both channels at once, or the last packet plays twice, or a
buffer that nobody filled plays as exact zeros. They come after all that is analog, and their edges
are as sharp as samples allow.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE
from runout_training.wear.place import Programme
from runout_training.wear.worn import Sound, Truth, Worn

Glitch = Literal["gap", "repeat", "zeros"]
GLITCHES: tuple[Glitch, ...] = ("gap", "repeat", "zeros")

_PACKET_S = 0.001
_MICROFRAMES = 8
_ZEROS_S = (0.001, 0.010)
_SHARP = 6.0
"""As for impulses: sharp is a second difference of this many times the programme's"""
_CLEAR = round(0.005 * RATE)
"""Samples about a glitch that hold no impulse, or the impulse would be lost or played twice"""
_TRIES = 20
_QUIET = 0.02
"""Of the whole sound's level: where it is quieter a glitch changes nothing"""
_SILENT = 1e-6
"""Full scales"""


def capture_glitches(
    rng: np.random.Generator, worn: Worn, count: int = 1, kinds: tuple[Glitch, ...] = GLITCHES
) -> Worn:
    """Put on up to `count` glitches; fewer where no place is free of impulses.

    A gap makes the sound shorter and a repeat makes it longer, by 5 to 225 samples each. Truth
    begins at the first sample that isn't as before and ends past the last that was put in; of a
    gap it is the one sample after it. `over_db` is the largest second difference at its edges
    over the RMS of the programme around it, `sharp` tells it from the programme's own.
    """
    # Read once: a few lost samples do not change the level.
    programme = Programme(worn.sound)
    for _ in range(count):
        kind = kinds[int(rng.integers(len(kinds)))]
        length = _length(rng, kind)
        at = _free(rng, worn, programme, length)
        if at is not None:
            worn = _glitch(worn, programme, kind, at, length)
    return worn


def _length(rng: np.random.Generator, kind: Glitch) -> int:
    if kind == "zeros":
        return round(float(rng.uniform(*_ZEROS_S)) * RATE)
    packets = float(rng.choice((1.0, rng.integers(1, _MICROFRAMES) / _MICROFRAMES, 2.0, 5.0),
                               p=(0.7, 0.15, 0.1, 0.05)))  # fmt: skip
    # 44.1 samples a frame: nine packets of 44 and one of 45.
    return int(packets * _PACKET_S * RATE + rng.random())


def _free(rng: np.random.Generator, worn: Worn, programme: Programme, length: int) -> int | None:
    """A place with no impulse near it and sound on both sides."""
    samples = worn.sound.shape[1]
    whole = float(np.sqrt(np.mean(worn.sound**2)))
    taken = [one for one in worn.truth if one.kind in ("click", "pop", "capture_glitch")]
    room = length + _CLEAR
    if samples <= 2 * room:
        return None
    for _ in range(_TRIES):
        at = int(rng.integers(room, samples - room))
        if any(one.start < at + room and one.end > at - room for one in taken):
            continue
        if programme.level(at).max() > _QUIET * whole + _SILENT:
            return at
    return None


def _glitch(worn: Worn, programme: Programme, kind: Glitch, at: int, length: int) -> Worn:
    sound = worn.sound
    shift, told = 0, length
    if kind == "gap":
        changed = np.concatenate((sound[:, :at], sound[:, at + length :]), axis=1)
        shift, told = -length, 1
    elif kind == "repeat":
        changed = np.concatenate((sound[:, :at], sound[:, at - length :]), axis=1)
        shift = length
    else:
        changed = sound.copy()
        changed[:, at : at + length] = 0.0

    def place(n: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.where(n < at, n, np.maximum(n + shift, at))

    moved = worn.moved(changed, place)
    # A short region may lie in the lost samples as a whole.
    moved = replace(moved, truth=tuple(one for one in moved.truth if one.end > one.start))
    bend = _edge(changed, at, told)
    size = bend.max() / float(programme.level(at).max())
    sharp = bool((bend >= _SHARP * programme.bend(at)).any())
    over_db = float(20 * np.log10(size + 1e-6))
    truth = Truth("capture_glitch", at, at, at + told, "both", over_db, sharp, f"capture {kind}")
    return moved.with_truth(changed, truth)


def _edge(sound: Sound, at: int, length: int) -> Sound:
    """Largest second difference, of each wall, at the beginning and the end of a glitch."""
    bends = [
        np.abs(np.diff(sound[:, edge - 2 : edge + 2], 2, axis=1)) for edge in (at, at + length)
    ]
    return np.asarray(np.concatenate(bends, axis=1).max(axis=1))
