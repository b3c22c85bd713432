"""Locked groove: a broken wall throws the needle back every turn, and the same turn plays on."""

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.jump import Piece, play, shock
from runout_training.wear.place import Programme
from runout_training.wear.worn import Truth, Worn

_REPEATS = (2, 12)
_UNEVEN_DB = 2.0
"""Standard deviation of each shock's level"""
_MARGIN_S = 1.0


def locked_groove(
    rng: np.random.Generator,
    worn: Worn,
    over_db: tuple[float, float] = (6.0, 30.0),
    repeats: int | None = None,
) -> Worn:
    """One turn heard `repeats` times more (2 to 12, drawn, if not given), then the music goes on.

    The truth `locked_groove` goes from the first shock, where the needle is thrown back, to the
    last moment of what had been heard before. The sound keeps its length: its end is cut.
    """
    turn = round(worn.clock.period_s * RATE)
    samples = worn.sound.shape[1]
    margin = round(_MARGIN_S * RATE)
    drawn = int(rng.integers(_REPEATS[0], _REPEATS[1] + 1)) if repeats is None else repeats
    count = max(_REPEATS[0], min(drawn, (samples - 2 * margin) // turn - 2))
    at = int(rng.integers(margin + turn, samples - count * turn - margin))
    again = Piece(at - turn, at)
    rest = Piece(at, samples - count * turn)
    played = play(worn, (Piece(0, at), *[again] * count, rest))
    sound = played.sound.copy()
    programme = Programme(played.sound)
    over = float(rng.uniform(*over_db))
    # The last time round the needle gets past the break: no shock there.
    shocks = [
        shock(
            rng,
            sound,
            programme,
            at + number * turn,
            over + rng.normal(0.0, _UNEVEN_DB),
            "locked groove",
        )
        for number in range(count)
    ]
    truth = Truth("locked_groove", at, at, at + count * turn, "both", over, wear="locked groove")
    return played.with_truth(sound, truth, *(one for one in shocks if one is not None))
