"""Scratching, as DJs do it: a record rubbed back and forth, cut with the crossfader."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from runout_training.corpus.tracks import RATE

Wave = npt.NDArray[np.float64]

SOURCE_S = 2.0
"""Seconds of sound that the record is rubbed over"""
_STROKE_S = (0.06, 0.4)
_FASTEST = 4.0
_TOP_HZ = 19_000.0


def scratching(rng: np.random.Generator, source: Wave, seconds: float) -> Wave:
    """`source`, shape (2, SOURCE_S at 44.1 kHz), rubbed for `seconds`.

    Strokes there and back over the same length of groove, the speed of each a half sine. A
    cartridge's voltage is the stylus's velocity, so what is heard is the speed times the sound at
    the place: it turns round through silence, without a step.
    """
    samples = round(seconds * RATE)
    speed, stroke = _speed(rng, samples)
    place = np.cumsum(speed)
    place += (
        rng.uniform(0.0, max(1.0, float(source.shape[1] - np.ptp(place) - 8))) - place.min() + 4
    )
    place = np.clip(place, 2.0, source.shape[1] - 3.0)
    # Played at n times its speed, a sound's treble moves n times as high: past the top it is lost.
    corner = _TOP_HZ / max(1.0, np.abs(speed).max())
    source = signal.sosfilt(signal.butter(6, corner, fs=RATE, output="sos"), source, axis=1)
    return _between(source, place) * speed * _crossfader(rng, stroke)


def _speed(rng: np.random.Generator, samples: int) -> tuple[Wave, npt.NDArray[np.int64]]:
    """Speed, 1 as recorded and negative backward, and the number of the stroke, of each sample."""
    shortest = round(_STROKE_S[0] * RATE)
    count = samples // shortest + 2
    shortest_log, longest_log = np.log(_STROKE_S)
    lengths = np.exp(rng.uniform(float(shortest_log), float(longest_log), count)) * RATE
    fastest = np.exp(rng.uniform(np.log(0.5), np.log(_FASTEST), count))
    # A half sine covers 2/pi of its peak times its length: no stroke leaves the source.
    room = 0.9 * SOURCE_S * RATE * np.pi / 2 / lengths
    fastest = np.minimum(fastest, room)
    # The way back covers the way there, faster or slower, within what a hand can do.
    there, back = fastest[0::2][: count // 2], lengths[1::2][: count // 2]
    distance = there * lengths[0::2][: count // 2]
    back = np.maximum(back, distance / _FASTEST)
    lengths[1::2][: count // 2], fastest[1::2][: count // 2] = back, -distance / back
    ends = np.cumsum(lengths)
    at = np.arange(samples)
    stroke = np.searchsorted(ends, at, side="right")
    within = (at - (ends - lengths)[stroke]) / lengths[stroke]
    return fastest[stroke] * np.sin(np.pi * within), stroke


def _crossfader(rng: np.random.Generator, stroke: npt.NDArray[np.int64]) -> Wave:
    """Open or shut by the stroke, or chopping several times in it; each cut takes 3 to 10 ms."""
    strokes = int(stroke[-1]) + 1
    style = rng.random()
    if style < 0.35:
        return np.ones(len(stroke))
    if style < 0.7:
        gate = (rng.random(strokes) < 0.7).astype(float)[stroke]
    else:
        chops = len(stroke) / RATE * rng.uniform(8.0, 20.0)
        gate = (rng.random(int(chops) + 1) < 0.6).astype(float)
        gate = gate[(np.arange(len(stroke)) * chops / len(stroke)).astype(np.int64)]
    cut = round(rng.uniform(0.0015, 0.005) * RATE)
    smooth = ndimage.uniform_filter1d(gate, cut, mode="nearest")
    return np.asarray(ndimage.uniform_filter1d(smooth, cut, mode="nearest"))


def _between(source: Wave, place: Wave) -> Wave:
    """The source at places between samples, by a cubic through four of them (Catmull and Rom)."""
    whole = place.astype(np.int64)
    part = place - whole
    a, b, c, d = (source[:, whole + offset] for offset in (-1, 0, 1, 2))
    cubic = ((3.0 * (b - c) + d - a) * part + 2.0 * a - 5.0 * b + 4.0 * c - d) * part + c - a
    return np.asarray(b + 0.5 * part * cubic)
