"""Off centre: once-a-revolution wow, estimated from music.

What `eccentricity.py` reads from a test record's tone, read from the steps of pitch of any music:
their spectrum, each step by its weight, over stretches of two minutes (a turntable's speed wanders
over longer ones), whose powers are added. Music has a rhythm, and may turn as the record does: a
line counts as the hole's only where it is told from every other by a margin.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.defects.revolution import NOMINAL_RPM
from runout.measure.pitch import STEP_S, PitchSteps, answer

Array = npt.NDArray[np.float64]

_TOGETHER = 1200
"""Steps, two minutes"""
_SIZE = 8192
_LEAST_S = 60.0
"""Seconds of music that an estimate takes"""
_OFF = 0.035
"""Most that a speed is off a nominal one"""
_KNOWN_OFF = 0.01
"""... or off what the clicks of a scratch told, which may run askew"""
_RANGE_HZ = (0.3, 2.0)
_LOBE = 2.0
"""Of a line over so long a stretch half the width, in its inverses"""
_BESIDE = 15.0
"""Likewise, how far what it must stand out of reaches"""
_STANDS_OUT = 6.0
"""Over the median beside it (16 dB). With 5, three more of 104 stretches of music that were 0.1 to
0.8 % off centre were told, and two more by over 20 % wrong"""
_CLEARLY = 1.5
"""Over any other line"""
_NOTHING = 1e-12
_PLACED = math.sqrt(12.0) / (2.0 * math.pi * math.sqrt(2.0 * math.log(2.0)))
"""Widths by which a line is misplaced that is as high as the noise's median: Cramer and Rao's bound
for a sine's frequency (D. C. Rife and R. R. Boorstyn, IEEE Trans. Inf. Theory 20, 1974)"""


@dataclass(frozen=True, slots=True)
class OffCentre:
    """Wow once a revolution."""

    size_percent: float
    """Peak, plus and minus: the groove's distance from the middle over its radius"""
    rpm: float
    """Revolutions a minute at which it comes back"""
    uncertain_percent: float
    """Standard error of those"""


def off_centre(steps: PitchSteps, rpm: float | None = None) -> OffCentre | None:
    """Read it from the steps of pitch of a side's music.

    Looked for at `rpm`, where that was measured, else near the nominal speeds (IEC 60098). None
    where nothing stands out, and of less than a minute.
    """
    curvature = steps.curvature.sum(axis=0, dtype=np.float64)
    if np.count_nonzero(curvature) * STEP_S < _LEAST_S:
        return None
    slope = steps.slope_percent.sum(axis=0, dtype=np.float64)
    size, width_hz = _spectrum(slope, curvature)
    if not size.any():
        return None
    found: list[tuple[float, OffCentre]] = []
    sought = [(one, _OFF) for one in NOMINAL_RPM] if rpm is None else [(rpm, _KNOWN_OFF)]
    for nominal, off in sought:
        one = _standing_out(size, nominal / 60.0, off, width_hz)
        if one is not None:
            found.append((one.size_percent, one))
    return max(found, key=lambda one: one[0])[1] if found else None


def _spectrum(slope: Array, curvature: Array) -> tuple[Array, float]:
    """Peak size in percent at each of _HZ, and the inverse of the longest stretch's seconds.

    Nothing anywhere where no stretch has lines that could move.
    """
    pieces = math.ceil(len(curvature) / _TOGETHER)
    after = (0, pieces * _TOGETHER - len(curvature))
    slopes = np.pad(slope, after).reshape(pieces, _TOGETHER)
    curvatures = np.pad(curvature, after).reshape(pieces, _TOGETHER)
    heard_s = np.count_nonzero(curvatures, axis=1).max() * STEP_S
    told = curvatures.sum(axis=1) > 0.0
    slopes, curvatures = slopes[told], curvatures[told]
    total = curvatures.sum(axis=1, keepdims=True)
    # A drift is no wow.
    slopes = slopes - curvatures * (slopes.sum(axis=1, keepdims=True) / total)
    power = np.square(np.abs(fft.rfft(slopes, _SIZE, axis=1))).sum(axis=0)
    size = 2.0 * np.sqrt(power / max(float(np.square(total).sum()), _NOTHING))
    size[_IN_RANGE] /= _ANSWER
    return size, 1.0 / heard_s


def _standing_out(size: Array, hertz: float, off: float, width_hz: float) -> OffCentre | None:
    away = np.abs(_HZ - hertz)
    near = np.flatnonzero(away <= off * hertz + 0.5 * width_hz)
    top = int(near[np.argmax(size[near])])
    if size[top] < size[top - 1 : top + 2].max():
        return None
    away = np.abs(_HZ - _HZ[top])
    others = _IN_RANGE & (away > _LOBE * width_hz)
    beside = others & (away < _BESIDE * width_hz)
    noise = float(np.median(size[beside]))
    if size[top] < _STANDS_OUT * noise or size[top] < _CLEARLY * size[others].max():
        return None
    # Of noise, powers add up; their mean is their median over ln 2.
    percent = math.sqrt(max(0.0, float(size[top]) ** 2 - noise**2 / math.log(2.0)))
    uncertain_hz = _PLACED * width_hz * noise / float(size[top])
    hertz = float(_HZ[top])
    return OffCentre(percent, 60.0 * hertz, 100.0 * uncertain_hz / hertz)


_HZ = fft.rfftfreq(_SIZE, STEP_S)
_IN_RANGE = (_RANGE_HZ[0] <= _HZ) & (_RANGE_HZ[1] >= _HZ)
_ANSWER = answer(_HZ[_IN_RANGE])
