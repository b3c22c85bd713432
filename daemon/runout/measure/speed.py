"""Speed error: how much too fast the record turns. IEC 60098 allows 0.5 %.

From a tone whose frequency is known, or from the time of single revolutions, as a scratch tells
it. Either is as right as the clock of the sound card, commonly within 0.01 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.defects.revolution import NOMINAL_RPM

Array = npt.NDArray[np.float64]

ALLOWED_PERCENT = 0.5
"""IEC 60098"""
_TURNS_MOST = 8
"""A scratch may leave out turns; after more of them their number can't be told"""
_OFF_MOST = 0.08
"""Of a revolution: what a pitch control reaches; more is not a revolution"""


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a record turns."""

    error_percent: float
    """Above zero: too fast, and too high in pitch"""
    nominal_rpm: float | None = None
    """Revolutions a minute that it should turn at; None where a tone alone was heard"""

    @property
    def rpm(self) -> float | None:
        """Revolutions a minute, where the nominal ones are known."""
        if self.nominal_rpm is None:
            return None
        return self.nominal_rpm * (1.0 + self.error_percent / 100.0)

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


def speed_from_periods(periods_s: Sequence[float]) -> Speed | None:
    """Return the speed from the seconds between clicks of a scratch, a turn or a few apart.

    The nominal speed is the one that most of them fit, each divided by its number of turns; the
    speed is the median. None where they fit none.
    """
    periods = np.asarray(periods_s, dtype=np.float64)
    fits: list[tuple[int, float, float, float]] = []
    for rpm in NOMINAL_RPM:
        nominal_s = 60.0 / rpm
        turns = np.clip(np.rint(periods / nominal_s), 1, _TURNS_MOST)
        single_s = periods / turns
        off = np.abs(single_s / nominal_s - 1.0)
        good = off <= _OFF_MOST
        if good.any():
            # Many turns of a fast record fit one of a slow one: fewer turns are likelier.
            fits.append(
                (
                    int(good.sum()),
                    -float(turns[good].mean()),
                    rpm,
                    float(np.median(single_s[good])),
                )
            )
    if not fits:
        return None
    _, _, rpm, period_s = max(fits)
    return Speed(100.0 * (60.0 / rpm / period_s - 1.0), rpm)
