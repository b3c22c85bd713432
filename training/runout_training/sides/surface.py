"""Dust, pops, crackle and scratches on one part of a side, at sizes of their own.

A speck throws the stylus as far whatever is played: its size is told over the side's programme
level, so that it stands far over a fade and hides under a tutti.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import Wave, click, pop
from runout_training.wear.place import Programme, draw_walls, put
from runout_training.wear.scratch import scratch
from runout_training.wear.static import snap
from runout_training.wear.worn import Truth, Worn

_SPREAD_DB = 5.0
"""Standard deviation of the size of specks"""
_SIZES_DB = (-10.0, 28.0)
_STATIC_SHARE = 0.1
"""Of single clicks"""
_EDGE_S = 0.05
_SCRATCH_TURNS = (4.0, 40.0)
_TICKS_PER_S = (30.0, 90.0)
_CRACKLES_S = (4.0, 25.0)
"""How long crackle lasts at a stretch"""
_SHORTEST_S = 2.0
_TICK_DB = -4.0
"""Ticks of crackle are so much smaller than single clicks"""

Draw = Callable[[np.random.Generator], Wave]


def clicks(
    rng: np.random.Generator, worn: Worn, per_min: float, size_db: float, reference: float
) -> Worn:
    """Single clicks of dust, and of static, anywhere; `size_db` is their peak over `reference`."""

    def draw(rng: np.random.Generator) -> Wave:
        return snap(rng) if rng.random() < _STATIC_SHARE else click(rng)

    return _specks(
        rng, worn, _anywhere(rng, worn.seconds, per_min), size_db, reference, draw, "dust"
    )


def pops(
    rng: np.random.Generator, worn: Worn, per_min: float, size_db: float, reference: float
) -> Worn:
    """Single pops, likewise."""
    return _specks(rng, worn, _anywhere(rng, worn.seconds, per_min), size_db, reference, pop, "pop")


def crackle(
    rng: np.random.Generator, worn: Worn, percent: float, size_db: float, reference: float
) -> Worn:
    """Ticks, 30 to 90 a second, for `percent` of the time: too dense to be single clicks."""
    shortest = 100.0 * _SHORTEST_S / worn.seconds
    # A moment of it is no crackle but a few clicks: of parts that ask for less, some have so much.
    if 0.0 < percent < shortest:
        percent = shortest if rng.random() < percent / shortest else 0.0
    times: list[npt.NDArray[np.float64]] = []
    for start, end in stretches(rng, worn.seconds, percent, _CRACKLES_S):
        rate = np.exp(rng.uniform(*np.log(_TICKS_PER_S)))
        times.append(rng.uniform(start, end, rng.poisson(rate * (end - start))))
    places = np.sort(np.concatenate(times)) if times else np.zeros(0)
    return _specks(rng, worn, places, size_db + _TICK_DB, reference, click, "crackle")


def scratches(
    rng: np.random.Generator, worn: Worn, percent: float, over_db: tuple[float, float]
) -> Worn:
    """Scratches until `percent` of the time lies under one; where they lie together, once."""
    covered = np.zeros(int(worn.seconds) + 1, np.bool_)
    shortest = 100.0 * 3 * worn.clock.period_s / worn.seconds
    # There is no scratch of less than three turns: of what asks for less, some have one.
    if percent < shortest and rng.random() >= percent / shortest:
        return worn
    while covered.mean() < percent / 100.0:
        missing_s = (percent / 100.0 - covered.mean()) * worn.seconds
        most = np.clip(missing_s / worn.clock.period_s, *_SCRATCH_TURNS)
        turns = round(float(np.exp(rng.uniform(np.log(0.5), 0.0)) * most))
        scratched = scratch(rng, worn, over_db, max(3, turns))
        new = scratched.truth[len(worn.truth) :]
        # One that is met on no turn, or on two, is none: the part is too short for any.
        if len(new) < 3:
            return worn
        covered[new[0].start // RATE : new[-1].end // RATE + 1] = True
        worn = scratched
    return worn


def stretches(
    rng: np.random.Generator, seconds: float, percent: float, lengths_s: tuple[float, float]
) -> list[tuple[float, float]]:
    """Stretches (from, to) in s that take up `percent` of the time, in places drawn at random."""
    wanted = seconds * min(percent, 100.0) / 100.0
    if wanted <= 0.0:
        return []
    count = max(1, round(wanted / np.exp(rng.uniform(*np.log(lengths_s)))))
    free = np.sort(rng.uniform(0.0, seconds - wanted, count))
    shares = rng.dirichlet(np.full(count, 4.0)) * wanted
    starts = free + np.concatenate(([0.0], np.cumsum(shares)[:-1]))
    return [
        (float(start), float(start + share)) for start, share in zip(starts, shares, strict=True)
    ]


def _anywhere(rng: np.random.Generator, seconds: float, per_min: float) -> npt.NDArray[np.float64]:
    return np.sort(rng.uniform(0.0, seconds, rng.poisson(per_min * seconds / 60.0)))


def _specks(
    rng: np.random.Generator,
    worn: Worn,
    times_s: npt.NDArray[np.float64],
    size_db: float,
    reference: float,
    draw: Draw,
    wear: str,
) -> Worn:
    """Impulses at given times; each lies wholly within the sound."""
    if not len(times_s):
        return worn
    sound = worn.sound.copy()
    programme = Programme(worn.sound)
    edge = round(_EDGE_S * RATE)
    truth: list[Truth] = []
    for at in (times_s * RATE).astype(np.int64).tolist():
        wave = draw(rng)
        if at < edge or at + len(wave) + edge > sound.shape[1]:
            continue
        walls = draw_walls(rng)
        wall = int(np.abs(np.asarray(walls.gains)).argmax())
        level = programme.level(at + int(np.abs(wave).argmax()))[wall]
        size = float(np.clip(rng.normal(size_db, _SPREAD_DB), *_SIZES_DB))
        over = size + 20.0 * float(np.log10(reference / level))
        truth.append(put(sound, programme, wave, at, walls, over, wear))
    return worn.with_truth(sound, *truth)
