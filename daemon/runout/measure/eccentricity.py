"""Eccentricity: wow once a revolution, because the hole isn't in the middle of the grooves.

A groove whose centre lies e beside the spindle passes the needle at a radius of r + e cos(angle),
so that its speed varies by e / r, plus and minus: 0.2 mm at a radius of 60 mm is 0.33 %. It is
highest where the needle is furthest from the spindle. The wow of it is read as IEC 60386 reads
drift and wow: as the peak deviation of the tone, unweighted. Nominal speeds are those of IEC 60098.
All wow has something at any frequency: it is the hole's where it stands out from what is beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.defects.revolution import NOMINAL_RPM

Array = npt.NDArray[np.float64]

OUTER_MM = 146.0
INNER_MM = 60.0
"""Radius of the first and of the last groove of a 12-inch record, about"""
FEWEST_TURNS = 3
"""Over fewer a slow drift can't be told from a turn"""

_STEPS_PER_S = 16.0
"""To this the deviation is thinned out: a revolution at 78 rpm lasts 0.77 s"""
_OFF = 0.03
"""Most that the turning is off what the tone's frequency lets expect"""
_FINE = 8
"""Places looked at between two frequencies that a stretch can tell apart"""
_FINEST = 32_768
"""... and in all, at least: a short stretch has few"""
_LOBE = 2.0
"""Of a sine under a Hann window half the width, over one by the stretch's length"""
_BESIDE = 10.0
"""Likewise, how far away from it what is beside it reaches"""
_STANDS_OUT = 5.0
"""Over the median of that (14 dB): of 600 stretches of noise, white or pink and 6, 8, 20 or 60 s
long, 2 at most came to it"""
_CLEARLY = 2.0
"""Over 33 1/3 rpm (6 dB): records of test tones seldom turn faster"""


@dataclass(frozen=True, slots=True)
class Eccentricity:
    """The once-a-revolution part of the wow."""

    size_percent: float
    """Peak, plus and minus"""
    rpm: float
    """Revolutions a minute at which it comes back"""
    angle_deg: float
    """0 to 360: how far the record has turned, from the beginning of the stretch, when the
    needle first is furthest from the spindle"""

    def offset_mm(self, radius_mm: float) -> float:
        """Return how far the grooves' centre is beside the spindle, if heard at that radius."""
        return self.size_percent / 100.0 * radius_mm


def measure_eccentricity(
    deviation: Array,
    rate: float,
    speed_percent: float = 0.0,
    nominal_rpm: Sequence[float] = NOMINAL_RPM,
) -> Eccentricity | None:
    """Find the once-a-revolution part of a deviation in percent, shape (samples,), at `rate` hertz.

    Looked for within 3 % of the nominal speeds, made faster by the known error `speed_percent`:
    the first of them that stands out counts, unless another does by 6 dB more. A sine, a mean and
    a drift are then fitted together by least squares, so that the stretch needn't last whole turns,
    under a Hann window, so that other wow counts little.
    None where nothing stands out, or the stretch lasts less than three turns of the slowest.
    """
    thin = max(1, int(rate / _STEPS_PER_S))
    steps = len(deviation) // thin
    means = deviation[: steps * thin].reshape(steps, thin).mean(axis=1)
    step_s = thin / rate
    turning_hz = [rpm / 60.0 * (1.0 + speed_percent / 100.0) for rpm in nominal_rpm]
    if steps * step_s * min(turning_hz) < FEWEST_TURNS:
        return None
    window = np.hanning(steps + 2)[1:-1]
    hertz = _standing_out(means, window, step_s, turning_hz)
    if hertz is None:
        return None
    time_s = (np.arange(steps) + 0.5) * step_s
    turned = 2.0 * math.pi * hertz * time_s
    model = np.stack([np.cos(turned), np.sin(turned), np.ones(steps), time_s], axis=1)
    weight = np.sqrt(window)
    cosine, sine, _, _ = np.linalg.lstsq(model * weight[:, None], means * weight, rcond=None)[0]
    # A mean over a step is a little less than the sine's own size.
    size = math.hypot(cosine, sine) / float(np.sinc(hertz * step_s))
    return Eccentricity(size, 60.0 * hertz, math.degrees(math.atan2(sine, cosine)) % 360.0)


def _standing_out(
    means: Array, window: Array, step_s: float, turning_hz: list[float]
) -> float | None:
    """The frequency of a sine near one of some that stands out from its neighbours, in hertz."""
    size = fft.next_fast_len(max(_FINEST, _FINE * len(means)), real=True)
    spectrum = np.abs(fft.rfft((means - np.average(means, weights=window)) * window, size))
    hertz = np.arange(len(spectrum)) / (size * step_s)
    width = 1.0 / (len(means) * step_s)
    found: list[tuple[float, float]] = []
    for one in turning_hz:
        near = np.flatnonzero(np.abs(hertz - one) <= _OFF * one)
        top = int(near[np.argmax(spectrum[near])])
        away = np.abs(hertz - hertz[top])
        # What is slower than the stretch is long was taken off with its mean.
        beside = (away > _LOBE * width) & (away < _BESIDE * width) & (hertz > width)
        # Highest at the end of what is looked at, it is the slope of another.
        is_top = spectrum[top] >= spectrum[top - 1 : top + 2].max()
        if is_top and spectrum[top] > _STANDS_OUT * np.median(spectrum[beside]):
            found.append((float(spectrum[top]), float(hertz[top])))
    if not found:
        return None
    strongest = max(found)
    return strongest[1] if strongest[0] > _CLEARLY * found[0][0] else found[0][1]
