"""Speed error: how much too fast the record turns. IEC 60098 allows 0.5 %.

From a tone whose frequency is known; as right as the clock of the sound card, commonly within
0.01 %. Or from what comes back once a revolution: the needle that jumped back plays the same music
again, and a scratch clicks on every turn, though one that runs askew from groove to groove comes
early or late each time, so that it takes several to tell the speed. Or from the wow of a record
whose hole is off centre (`off_centre.py`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.defects.event import Event
from runout.defects.revolution import NOMINAL_RPM

Array = npt.NDArray[np.float64]

ALLOWED_PERCENT = 0.5
"""IEC 60098"""

_OFF = 0.035
"""Most that a speed is off the nominal one that it is compared with"""
_MOST_UNCERTAIN_PERCENT = 0.3
_ASKEW_PERCENT = 0.4
"""By which a scratch's interval is off the revolution, standard deviation: 0.83 % is 3 degrees a
turn, and many run straight to the spindle"""
_ASKEW_KNOWN_BY = 2
"""Scratches that this is worth, beside what those heard differ by"""
_RAGGED_S = 0.002
"""Of a scratch's single turn"""
_JUMP_PERCENT = 0.15
"""Of a jump's single turn: a drive's wow, averaged over a revolution, is within it"""
_MEDIAN = math.sqrt(math.pi / 2.0)
"""Standard error of a median over a mean's"""


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a record turns."""

    error_percent: float
    """Above zero: too fast, and too high in pitch"""
    uncertain_percent: float | None = None
    """Standard error, where turns told it; a tone's is that of the sound card's clock"""

    @property
    def allowed(self) -> bool:
        """Whether IEC 60098 allows it."""
        return abs(self.error_percent) <= ALLOWED_PERCENT


def speed_from_tone(frequency: Array, nominal_hz: float) -> Speed:
    """Return the speed from a tone's frequency in hertz over time, shape (samples,).

    The mean is taken under a Hann window, under which wow that doesn't end with a whole turn
    leaves next to nothing: of 0.3 % once a revolution 0.005 % after 5 s, 0.0005 % after 10 s.
    """
    window = np.hanning(len(frequency) + 2)[1:-1]
    mean = float(np.average(frequency, weights=window))
    return Speed(100.0 * (mean / nominal_hz - 1.0))


def speed_from_turns(rpm: float | None, events: Sequence[Event]) -> Speed | None:
    """Return the speed from the revolutions a minute that a side's clicks or jumps told.

    `events` are the side's: those with `rpm` say how well it is known.
    """
    return None if rpm is None else speed_from_rpm(rpm, _uncertain_percent(rpm, events))


def speed_from_rpm(rpm: float, uncertain_percent: float) -> Speed | None:
    """Return the speed from revolutions a minute and their standard error.

    Compared with the nearest of 33 1/3, 45 and 78.26. None where that is more than 3.5 % away, or
    the standard error over 0.3 %.
    """
    nominal = min(NOMINAL_RPM, key=lambda one: abs(rpm / one - 1.0))
    error = rpm / nominal - 1.0
    if abs(error) > _OFF or uncertain_percent > _MOST_UNCERTAIN_PERCENT:
        return None
    return Speed(100.0 * error, uncertain_percent)


def _uncertain_percent(rpm: float, events: Sequence[Event]) -> float:
    """Standard error of a speed that events told."""
    alike = [one for one in events if one.rpm is not None and abs(one.rpm / rpm - 1.0) <= _OFF]
    jumps = sum(one.kind in ("skip", "locked_groove") for one in alike)
    if jumps:
        return _MEDIAN * _JUMP_PERCENT / math.sqrt(jumps)
    scratches = [one for one in alike if one.kind == "scratch"]
    if not scratches:
        return math.inf
    turns = np.array([max(2, one.turns or 2) for one in scratches], np.float64)
    # What each is off the speed told, its own timing's error left in: that makes it no surer.
    off = np.array([one.drift_deg_per_turn or 0.0 for one in scratches]) / 3.6
    known = _ASKEW_KNOWN_BY * _ASKEW_PERCENT**2 + float(np.square(off).sum())
    askew = known / (_ASKEW_KNOWN_BY + len(scratches))
    timing = 100.0 * math.sqrt(2.0) * _RAGGED_S * rpm / 60.0 / (turns - 1.0)
    # The speed told is their median by turns.
    variance = float((np.square(turns) * (askew + np.square(timing))).sum() / turns.sum() ** 2)
    return _MEDIAN * math.sqrt(variance)
