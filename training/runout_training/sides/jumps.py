"""Skips and locked grooves on one track of a side: the needle plays some of it again.

Other than in wear/skip.py and wear/locked_groove.py nothing is cut off for it: a side on which the
needle jumps back plays the longer.
"""

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.jump import Piece, play, shock
from runout_training.wear.place import Programme
from runout_training.wear.worn import Truth, Worn

_OVER_DB = (6.0, 30.0)
_UNEVEN_DB = 2.0
_TWO_GROOVES_SHARE = 0.15
_AHEAD_SHARE = 0.25
_REPEATS = (3, 9)
_MARGIN_S = 3.0
"""No jump comes so near to an end of a track, where it may be faded out"""


def skip(rng: np.random.Generator, worn: Worn) -> Worn:
    """One jump over one groove, or two, with its shock; back, and now and then ahead."""
    grooves = 2 if rng.random() < _TWO_GROOVES_SHARE else 1
    ahead = rng.random() < _AHEAD_SHARE
    jump = round(grooves * worn.clock.period_s * RATE)
    at = _place(rng, worn, jump)
    landing = at + jump if ahead else at - jump
    moved = play(worn, (Piece(0, at), Piece(landing, worn.sound.shape[1])))
    over = float(rng.uniform(*_OVER_DB))
    wear = "skip ahead" if ahead else "skip back"
    return _struck(rng, moved, [at], over, Truth("skip", at, at, at + 1, "both", over, wear=wear))


def locked(rng: np.random.Generator, worn: Worn) -> Worn:
    """One turn that is heard 3 to 8 times more before the needle gets out."""
    turn = round(worn.clock.period_s * RATE)
    count = int(rng.integers(*_REPEATS))
    at = _place(rng, worn, turn)
    pieces = (Piece(0, at), *[Piece(at - turn, at)] * count, Piece(at, worn.sound.shape[1]))
    again = play(worn, pieces)
    over = float(rng.uniform(*_OVER_DB))
    truth = Truth("locked_groove", at, at, at + count * turn, "both", over, wear="locked groove")
    return _struck(rng, again, [at + n * turn for n in range(count)], over, truth)


def _place(rng: np.random.Generator, worn: Worn, jump: int) -> int:
    margin = round(_MARGIN_S * RATE)
    return int(rng.integers(margin + jump, worn.sound.shape[1] - jump - margin))


def _struck(
    rng: np.random.Generator, worn: Worn, places: list[int], over_db: float, jump: Truth
) -> Worn:
    """With a shock at each of some places; the sound's last two rows alone get them."""
    sound = worn.sound.copy()
    hit = sound[-2:]
    programme = Programme(hit)
    sizes = over_db + rng.normal(0.0, _UNEVEN_DB, len(places))
    shocks = [
        shock(rng, hit, programme, at, size, jump.wear)
        for at, size in zip(places, sizes.tolist(), strict=True)
    ]
    return worn.with_truth(sound, jump, *(one for one in shocks if one is not None))
