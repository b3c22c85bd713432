"""Whether a device samples at the rate that it says: not all do, and pitch and speed hang on it.

A PCM2902 was met that said 44.1 kHz and sampled at 32 kHz. What arrives is counted against the
monotonic clock, a minute at a time.
"""

from dataclasses import dataclass

import numpy as np

from runout.source.rate import MAX_RATE, MIN_RATE

WINDOW_S = 60.0
"""Seconds of one measurement. Blocks that come 0.04 s late on the average move it by less than
0.02 %, see its test"""
FINE = 0.003
"""Share by which a rate may be off: crystals keep 0.01 %, IEC 60098 allows a turntable 0.5 %"""
WRONG = 0.05
"""Share from which on it can be no clock that is merely off, but is another one"""

_STANDARD_HZ = (22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000, 176_400, 192_000)
_STANDARD = 0.005
"""Share by which a rate may miss one of the standard ones and still be meant to be it"""
_STEADY = 0.001
"""Share by which two minutes of one clock differ at most; what is lost on the way isn't so even"""
_MARK_S = 1.0
_STOPPED_S = 1.0
"""Seconds without sound after which something was stopped, and sound may have been lost"""
_SETTLE_S = 2.0
"""Seconds after which what had been waiting at the start has come"""


@dataclass(frozen=True, slots=True)
class FalseRate:
    """What a device that says one rate has."""

    measured_hz: float
    """Frames a second of the monotonic clock"""
    true_hz: int | None
    """The rate to take it for; None where it is of no use at any"""


class RateCheck:
    """Measures one stream, over and over."""

    def __init__(self, said_hz: float) -> None:
        """`said_hz`: the rate that the stream is taken for."""
        self._said = said_hz
        self._lost = 0
        self._latest_s = -np.inf
        self._next_s = -np.inf
        self._marks: list[tuple[float, int]] = []
        self._best: tuple[float, int] | None = None
        self._before: float | None = None

    def arrived(self, frames: int, lost: int, now_s: float) -> FalseRate | None:
        """Take the count of frames at `now_s`; return what is wrong with the rate, once known.

        `lost`: how much was lost so far; a measurement in which some was is thrown away.
        """
        if lost != self._lost or now_s - self._latest_s > _STOPPED_S:
            self._next_s = now_s + _SETTLE_S + _MARK_S
            self._marks, self._best = [], None
        self._lost, self._latest_s = lost, now_s
        # Sound is late by as much as the box is busy, and never early: the least late one counts.
        if now_s >= self._next_s - _MARK_S and (
            self._best is None or self._late(now_s, frames) < self._late(*self._best)
        ):
            self._best = now_s, frames
        if now_s < self._next_s or self._best is None:
            return None
        self._marks.append(self._best)
        self._best, self._next_s = None, self._next_s + _MARK_S
        if self._marks[-1][0] - self._marks[0][0] < WINDOW_S:
            return None
        measured, self._marks = _slope(self._marks), self._marks[-1:]
        before, self._before = self._before, measured
        return self._judge(measured, before)

    def _late(self, now_s: float, frames: int) -> float:
        return now_s - frames / self._said

    def _judge(self, measured: float, before: float | None) -> FalseRate | None:
        off = abs(measured / self._said - 1.0)
        if off <= FINE:
            return None
        if off > WRONG:
            meant = min(_STANDARD_HZ, key=lambda rate: abs(measured / rate - 1.0))
            return FalseRate(measured, meant if abs(measured / meant - 1.0) < _STANDARD else None)
        # So little may be packets that went missing. These differ from minute to minute.
        if before is None or abs(measured / before - 1.0) > _STEADY:
            return None
        true_hz = round((measured + before) / 2.0)
        return FalseRate(measured, true_hz if MIN_RATE <= true_hz <= MAX_RATE else None)


def _slope(marks: list[tuple[float, int]]) -> float:
    """Frames a second: the median over pairs half the marks apart, so that a late one is no harm.

    This is Theil's estimator (1950) over the widest pairs only.
    """
    times, frames = np.array(marks).T
    half = len(marks) // 2
    return float(np.median((frames[half:] - frames[:-half]) / (times[half:] - times[:-half])))
