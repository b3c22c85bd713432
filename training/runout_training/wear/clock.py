"""The revolution clock that everything on a record is placed by."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.defects.revolution import NOMINAL_RPM


@dataclass(frozen=True, slots=True)
class Clock:
    """A turntable's rotation."""

    rpm: float
    """Revolutions a minute as it really turns, up to 3 % off the nominal speed"""
    phase: float = 0.0
    """Turns, 0 to 1, at time 0"""

    @property
    def period_s(self) -> float:
        """Seconds a revolution."""
        return 60.0 / self.rpm

    def turns(self, time_s: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Turns since the turn that time 0 lies in, at each time."""
        return self.phase + np.asarray(time_s, np.float64) / self.period_s

    def passes(self, angle: float, duration_s: float) -> npt.NDArray[np.float64]:
        """Seconds, from 0 to `duration_s`, at which `angle` (turns, 0 to 1) is under the needle."""
        first = (angle - self.phase) % 1.0
        return np.arange(first, duration_s / self.period_s, 1.0) * self.period_s


def draw_clock(rng: np.random.Generator, off: float = 0.03) -> Clock:
    """A clock of any nominal speed, LPs most often, wrong by up to the share `off`."""
    nominal = float(rng.choice(NOMINAL_RPM, p=(0.6, 0.25, 0.15)))
    return Clock(nominal * (1.0 + rng.uniform(-off, off)), float(rng.random()))
