"""Inner-groove distortion: does it distort more towards the label?

The groove's speed falls from 51 cm/s at the rim to 21 cm/s by the label of an LP, and with it the
wavelengths, while the stylus keeps its size: tracing distortion grows with the square of the
inverse speed (Corrington 1949; Lewis and Hunt 1941). Wear and a stylus too coarse show as a trend.
Share of each twelfth of the side that is distorted, and Mann and Kendall's test, corrected for
ties, for whether it rises.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.defects.event import Event

Array = npt.NDArray[np.float64]

_WINDOWS = 12


@dataclass(frozen=True, slots=True)
class InnerGroove:
    """Distortion from the outer groove to the inner."""

    outer_percent: float
    """Share of the first third's time that is distorted"""
    inner_percent: float
    """Share of the last third's"""
    z: float
    """By how many standard deviations more than by chance it rises (Mann and Kendall)"""


def inner_groove(events: Sequence[Event], start_s: float, end_s: float) -> InnerGroove | None:
    """From events of kind distortion over music from `start_s` to `end_s`; None for no music."""
    if end_s <= start_s:
        return None
    edges = np.linspace(start_s, end_s, _WINDOWS + 1)
    torn = np.zeros(_WINDOWS)
    until = start_s
    for event in sorted(events, key=lambda event: event.time_s):
        if event.kind != "distortion":
            continue
        begin, end = max(event.time_s, until), min(event.time_s + event.duration_s, end_s)
        torn += np.maximum(0.0, np.minimum(end, edges[1:]) - np.maximum(begin, edges[:-1]))
        until = max(until, end)
    percent = 100.0 * torn / (edges[1] - edges[0])
    third = _WINDOWS // 3
    outer, inner = float(percent[:third].mean()), float(percent[-third:].mean())
    return InnerGroove(outer_percent=outer, inner_percent=inner, z=mann_kendall(percent))


def mann_kendall(values: Array) -> float:
    """Standard deviations by which values rise with their number more than by chance."""
    first, second = np.triu_indices(len(values), 1)
    score = float(np.sign(values[second] - values[first]).sum())
    n = len(values)
    ties = np.unique(values, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18.0
    if variance <= 0.0 or score == 0.0:
        return 0.0
    return (score - math.copysign(1.0, score)) / math.sqrt(variance)
