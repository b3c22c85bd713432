"""Regions of damage: where a change to the sound can be heard, as truth."""

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE
from runout_training.wear.worn import Kind, Sound, Truth, Wall

BLOCK_S = 0.005
"""Regions begin and end on a grid of this, about the ear's own window in the treble"""
_AROUND = 5
"""Blocks (25 ms) of programme that the damage of one block is held against"""
_JOIN_S = 0.05
"""Damage that pauses for less than this is one region: an ear hears one rough passage"""


def joined(mask: npt.NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """First place and the one past the last of each run of `mask`; runs less than `gap` apart
    are one."""
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return []
    apart = np.flatnonzero(starts[1:] - ends[:-1] >= gap)
    return list(
        zip(
            starts[np.r_[0, apart + 1]].tolist(),
            ends[np.r_[apart, len(ends) - 1]].tolist(),
            strict=True,
        )
    )


def region(before: Sound, after: Sound, start: int, end: int, kind: Kind, wear: str) -> Truth:
    """The truth of the damage from `start` to `end`.

    `over_db` is the power of the damage over that of the programme there, pauses included, in the
    worse wall; the peak is where the damage is largest. A wall counts as hit from a tenth of the
    other's damage.
    """
    part = slice(start, end)
    damage = after[:, part] - before[:, part]
    power = np.mean(damage**2, axis=1)
    ratio = power / (np.mean(before[:, part] ** 2, axis=1) + 1e-12)
    hit = power > 0.01 * power.max()
    channel: Wall = "both" if hit.all() else ("left", "right")[int(power.argmax())]
    peak = start + int(np.abs(damage).max(axis=0).argmax())
    over_db = float(10 * np.log10(ratio.max() + 1e-12))
    return Truth(kind, start, peak, end, channel, over_db, wear=wear)


def audible(
    before: Sound, after: Sound, least_db: float, kind: Kind, wear: str
) -> tuple[Truth, ...]:
    """Where the change from `before` to `after` stands at `least_db` over the programme or more.

    Shapes (2, samples). Told in blocks of 5 ms, in either wall, against 25 ms of programme.
    """
    block = round(BLOCK_S * RATE)
    blocks = before.shape[1] // block

    def power(sound: Sound) -> Sound:
        cut = sound[:, : blocks * block].reshape(2, blocks, block)
        return np.asarray(np.einsum("wbs,wbs->wb", cut, cut))

    kernel = np.ones(_AROUND) / _AROUND
    programme = np.stack([np.convolve(row, kernel, mode="same") for row in power(before)])
    loud = power(after - before) > 10 ** (least_db / 10) * programme + 1e-12
    return tuple(
        region(before, after, first * block, last * block, kind, wear)
        for first, last in joined(loud.any(axis=0), round(_JOIN_S / BLOCK_S))
    )
