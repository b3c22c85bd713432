"""Wow and flutter: AES6-2008, which is IEC 60386 with its amendment of 1988 and DIN 45507.

The tone's deviation in frequency is weighted by how much the ear minds it, most at 4 Hz, and read
as the value that it exceeds for 5 % of the time (the standards' "2 sigma"), over 5 s or more; a
sine of peak 1 % at 4 Hz reads 0.997 %. The weighting goes smoothly through the points of the
standards' table and turns no phase; the table gives magnitudes only.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

Array = npt.NDArray[np.float64]

_TABLE = np.array(
    [
        (0.1, -48.0),
        (0.2, -30.6),
        (0.315, -19.7),
        (0.4, -15.0),
        (0.63, -8.4),
        (0.8, -6.0),
        (1.0, -4.2),
        (1.6, -1.8),
        (2.0, -0.9),
        (4.0, 0.0),
        (6.3, -0.9),
        (10.0, -2.1),
        (20.0, -5.9),
        (40.0, -10.4),
        (63.0, -14.2),
        (100.0, -17.3),
        (200.0, -23.0),
    ]
)
WEIGHTING_HZ, WEIGHTING_DB = _TABLE.T
"""The weighting curve as AES6-2008 and IEC 60386 give it"""
EXCEEDED = 0.05
"""Share of the time for which the deviation is above the reading"""
SETTLE_S = 1.0
"""Left out at each end, where the filters know one side only"""
LEAST_S = 5.0 + 2 * SETTLE_S
"""Seconds of a tone that a reading takes"""
WOW_HZ = (0.2, 6.0)
FLUTTER_HZ = (6.0, 100.0)
"""Hertz: the bands in which wow and flutter are told apart, -3 dB at their ends"""

_ORDER = 6
"""Of the Butterworth slopes of those bands"""
_BEYOND_S = 20.0
"""Seconds by which a deviation is drawn on at each end before it is filtered"""
_END_S = 0.03
"""Seconds of which a straight line tells the deviation at an end: noise mustn't"""


@dataclass(frozen=True, slots=True)
class WowAndFlutter:
    """Deviation in speed: plus and minus so many percent, 2 sigma."""

    weighted_percent: float
    """AES6 weighted: the figure that data sheets give"""
    unweighted_percent: float
    """0.2 to 100 Hz"""
    wow_percent: float
    """Unweighted, 0.2 to 6 Hz"""
    flutter_percent: float
    """Unweighted, 6 to 100 Hz"""
    seconds: float
    """Over how long it was read"""


def weighting_gain(hertz: Array) -> Array:
    """Return the AES6 weighting, as a factor, at frequencies of 0 Hz and more; any shape."""
    points = np.log2(WEIGHTING_HZ)
    widths = np.diff(points)
    rises = np.diff(WEIGHTING_DB) / widths
    # Monotone cubic interpolation: F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5
    # (1984), with the harmonic mean of the rises on either side, and none at the top.
    product = rises[:-1] * rises[1:]
    inner = 2.0 * np.maximum(product, 0.0) / (rises[:-1] + rises[1:])
    slopes = np.concatenate([rises[:1], inner, rises[-1:]])

    octaves = np.log2(np.maximum(hertz, 1e-6))
    within = np.clip(octaves, points[0], points[-1])
    left = np.clip(np.searchsorted(points, within, "right") - 1, 0, len(widths) - 1)
    width, start = widths[left], WEIGHTING_DB[left]
    at = (within - points[left]) / width
    bend = (slopes[left] + slopes[left + 1] - 2.0 * rises[left]) * width
    turn = (3.0 * rises[left] - 2.0 * slopes[left] - slopes[left + 1]) * width
    db = start + at * (slopes[left] * width + at * (turn + at * bend))
    # Outside of the table its outer slopes go on.
    db += np.where(octaves < within, slopes[0], slopes[-1]) * (octaves - within)
    return np.where(hertz > 0.0, 10.0 ** (db / 20.0), 0.0)


def measure_wow(deviation: Array, rate: float) -> WowAndFlutter | None:
    """Read wow and flutter from a deviation in percent, shape (samples,), at `rate` hertz.

    None where it lasts less than 7 s: 5 s, and a second at each end to settle.
    """
    seconds = len(deviation) / rate
    if seconds < LEAST_S:
        return None
    turned, mirrored = _drawn_on(deviation, rate)
    weighted = _filtered(turned, rate, weighting_gain)
    unweighted = _filtered(mirrored, rate, lambda hertz: _band(hertz, WOW_HZ[0], FLUTTER_HZ[1]))
    wow = _filtered(mirrored, rate, lambda hertz: _band(hertz, *WOW_HZ))
    flutter = _filtered(mirrored, rate, lambda hertz: _band(hertz, *FLUTTER_HZ))
    settle = (len(turned) - len(deviation)) // 2 + round(SETTLE_S * rate)
    return WowAndFlutter(
        weighted_percent=two_sigma(weighted[settle:-settle]),
        unweighted_percent=two_sigma(unweighted[settle:-settle]),
        wow_percent=two_sigma(wow[settle:-settle]),
        flutter_percent=two_sigma(flutter[settle:-settle]),
        seconds=seconds - 2 * SETTLE_S,
    )


def two_sigma(deviation: Array) -> float:
    """Return what the size of a deviation exceeds for 5 % of the time (AES6-2008)."""
    return float(np.quantile(np.abs(deviation), 1.0 - EXCEEDED))


def _drawn_on(deviation: Array, rate: float) -> tuple[Array, Array]:
    """A deviation drawn on at both ends, turned about its ends and mirrored at them.

    Turned, it has no kink there, which the weighting would ring at; mirrored, it has no other
    mean there, which a band that reaches down to 0.2 Hz would take for wow.
    """
    beyond = min(len(deviation) - 1, round(_BEYOND_S * rate))
    end = round(_END_S * rate)
    first, last = _begins_at(deviation[:end]), _begins_at(deviation[: -end - 1 : -1])
    before, after = deviation[beyond:0:-1], deviation[-2 : -beyond - 2 : -1]
    turned = np.concatenate([2.0 * first - before, deviation, 2.0 * last - after])
    return turned, np.concatenate([before, deviation, after])


def _filtered(deviation: Array, rate: float, gain: Callable[[Array], Array]) -> Array:
    """A deviation through a filter whose gain at frequencies in hertz is given."""
    size = fft.next_fast_len(len(deviation), real=True)
    spectrum = fft.rfft(deviation, size)
    filtered: Array = fft.irfft(spectrum * gain(np.arange(len(spectrum)) * (rate / size)), size)
    return filtered[: len(deviation)]


def _begins_at(values: Array) -> float:
    """Where a straight line through values begins."""
    places = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(places @ values / np.square(places).sum())
    return float(values.mean()) + slope * float(places[0])


def _band(hertz: Array, low: float, high: float) -> Array:
    """Magnitude of Butterworth slopes, -3 dB at both ends."""
    steep = 2 * _ORDER
    above = np.power(low / np.maximum(hertz, 1e-3 * low), steep)
    below = np.power(hertz / high, steep)
    gain: Array = np.where(hertz > 0.0, 1.0 / np.sqrt((1.0 + above) * (1.0 + below)), 0.0)
    return gain


def deviation_percent(frequency: Array) -> Array:
    """Return a frequency's deviation from its own mean in percent; same shape."""
    mean = float(frequency.mean())
    if not math.isfinite(mean) or mean <= 0.0:
        raise ValueError(f"a tone's mean frequency is {mean}")
    return 100.0 * (frequency / mean - 1.0)
