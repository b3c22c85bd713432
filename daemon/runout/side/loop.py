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
_FEWEST_TURNS = 4
_MOST_TURNS = 11
"""Turns that are looked back"""
_LEAST_S = 5.0
"""That a rate is told from"""
_FALSE_PER_HOUR = 0.02
"""That chance may make of random ticks at the local rate, as in defects/revolution.py"""
_KEPT_S = (_MOST_TURNS + 1) * max(NOMINAL_S)


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
        turns = _turns_asked(len(times) / max(time_s - self._times[0], _LEAST_S))
        if self.since_s < math.inf or turns > _MOST_TURNS:
            return
        for period_s in time_s - times:
            if any(abs(period_s / nominal - 1.0) <= _OFF for nominal in NOMINAL_S):
                due = time_s - period_s * np.arange(2, turns + 1)
                if bool((np.abs(times[:, None] - due).min(axis=0) <= _NEAR_S).all()):
                    self.since_s = float(due[-1])
                    return


def _turns_asked(rate_per_s: float) -> int:
    """Turns that a tick must have come back for, so that random ticks hardly ever do."""
    if rate_per_s == 0.0:
        return _FEWEST_TURNS
    pairs_per_hour = 3600.0 * rate_per_s**2 * 2.0 * _OFF * sum(NOMINAL_S)
    by_chance = 1.0 - math.exp(-2.0 * _NEAR_S * rate_per_s)
    due = math.log(_FALSE_PER_HOUR / pairs_per_hour) / math.log(by_chance)
    return max(_FEWEST_TURNS, 1 + math.ceil(due))
