"""Skip: the needle jumps to a neighbouring groove, back or ahead, and plays on from there."""

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.jump import Piece, play, shock
from runout_training.wear.place import Programme
from runout_training.wear.worn import Truth, Worn

_TURNS_SHARES = (0.85, 0.15)
"""Of jumps, those over one groove and over two"""
_MARGIN_S = 1.0
"""No jump comes so near to an end of the sound"""


def skip(
    rng: np.random.Generator,
    worn: Worn,
    forward: bool = False,
    over_db: tuple[float, float] = (6.0, 30.0),
    turns: int | None = None,
) -> Worn:
    """One skip with its shock, somewhere in the sound; truth `skip`, wear `skip back` or `ahead`.

    A skip back leaves the length of the sound: its end is cut. One ahead makes it shorter.
    """
    turns = turns or 1 + int(rng.choice(2, p=_TURNS_SHARES))
    jump = round(turns * worn.clock.period_s * RATE)
    margin = round(_MARGIN_S * RATE)
    samples = worn.sound.shape[1]
    # After a skip back, the groove up to the jump must be heard again and some way past it.
    at = int(rng.integers(margin + jump, samples - jump - margin))
    landing = at + jump if forward else at - jump
    end = samples if forward else samples - jump
    played = play(worn, (Piece(0, at), Piece(landing, end)))
    sound = played.sound.copy()
    over = float(rng.uniform(*over_db))
    wear = "skip ahead" if forward else "skip back"
    hit = shock(rng, sound, Programme(played.sound), at, over, wear)
    truth = [Truth("skip", at, at, at + 1, "both", over, wear=wear)]
    return played.with_truth(sound, *truth, *([] if hit is None else [hit]))
