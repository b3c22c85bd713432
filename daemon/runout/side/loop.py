"""Told from its ticks: the run-out groove that closes on itself.

What ticks there comes back with every turn, to the sample of the platter's speed; in the spiral
before it nothing does, but for a scratch across it.
"""

import math

import numpy as np

from runout.defects.revolution import NOMINAL_RPM

NOMINAL_S = tuple(60.0 / rpm for rpm in NOMINAL_RPM)
"""Seconds a turn"""
_OFF = 0.03
"""Most that a turntable is off speed"""
_NEAR_S = 0.012
"""A tick comes back within this: wow, and the place where it is heard first"""
_TURNS = 4
"""Turns that make it certain: of random ticks, one a second, 0.23 lie about a turn before one, and
three more where they are due by 0.024 each, which makes one false in 86 hours"""
_KEPT_S = (_TURNS + 1) * max(NOMINAL_S)


class LoopTicks:
    """Takes the impulses of the run-out, in order of time."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self.since_s = math.inf
        """From when on the groove closes on itself; infinity while nothing tells so"""

    def tick(self, time_s: float) -> None:
        """Take the next impulse's time."""
        self._times = [time for time in self._times if time >= time_s - _KEPT_S]
        times = np.array(self._times)
        self._times.append(time_s)
        if self.since_s < math.inf:
            return
        for period_s in time_s - times:
            if any(abs(period_s / nominal - 1.0) <= _OFF for nominal in NOMINAL_S):
                due = time_s - period_s * np.arange(2, _TURNS + 1)
                if bool((np.abs(times[:, None] - due).min(axis=0) <= _NEAR_S).all()):
                    self.since_s = float(due[-1])
                    return
