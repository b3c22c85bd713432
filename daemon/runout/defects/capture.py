"""Tells what the USB path did to the sound from what is on the record, to the sample.

Where samples are lost, repeated or blanked, the sound on either side is whole up to the very seam:
predicted from the left it is right until the seam, predicted from the right it is right down to
it, and at the seam both fail, in both channels at once. A click of only a few samples spoils the
prediction from both sides over a stretch. (Linear prediction forwards and backwards, as in Godsill
and Rayner, Digital Audio Restoration, 1998.) Zeros and repeats are told by equal samples.

The samples must be the source's own: resampling smears the seam.
"""

from collections import deque
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runout.defects.impulse import Impulse
from runout.features.prediction import predictor

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]

_KEPT_S = 2.5
"""Longer than an impulse waits to be told"""
_ORDER = 24
_FIT = 1024
"""Samples on either side that the predictions are fitted to"""
_REACH = 32
"""Samples around an impulse's beginning in which the seam is sought"""
_FLANK = 10
"""Samples on either side of a seam that are predicted well"""
_SEAM = 3.5
"""Logarithm of the error at the seam over that of its flanks, both channels together"""
_ZEROS_S = 0.0004
_AROUND_S = 0.012
"""Zeros last up to 10 ms"""
_REPEAT_S = (0.0001, 0.006)
"""Shortest and longest repeat: a microframe to five packets"""
_REPEAT_LEAST = 12
"""Samples in a row that equal those before, which no music does"""
_MOST_PER_S = 5
"""Impulses a second that are looked at: among more, a glitch more or less is nothing"""
_RIDGE = 1e-6
_STEP_16_BITS = 2.0**-15


class CaptureJudge:
    """Keeps the last seconds of the source as it came, and judges impulses in it."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._blocks: deque[Array] = deque()
        self._start = 0
        """Sample of the source that the first block begins with"""
        self._end = 0
        self._judged: deque[float] = deque()

    def feed(self, samples: Array) -> None:
        """Take samples of shape (frames, 2)."""
        self._blocks.append(samples)
        self._end += len(samples)
        while self._end - self._start - len(self._blocks[0]) > _KEPT_S * self._rate:
            self._start += len(self._blocks.popleft())

    def judge(self, impulse: Impulse, rate: int) -> Impulse | None:
        """The impulse, as a capture glitch if it is one; its sample count is at `rate` hertz.

        None where the model took it for a glitch, for nothing else, and it is none.
        """
        if self._is_glitch(impulse.start / rate):
            return replace(impulse, kind="capture_glitch", channel="both")
        return None if impulse.kind == "capture_glitch" else impulse

    def _is_glitch(self, time_s: float) -> bool:
        while self._judged and self._judged[0] < time_s - 1.0:
            self._judged.popleft()
        if len(self._judged) >= _MOST_PER_S:
            return False
        self._judged.append(time_s)
        at = round(time_s * self._rate)
        reach = max(_FIT + 2 * _REACH, round(_AROUND_S * self._rate))
        if at - reach < self._start or at + reach > self._end:
            return False
        sound = self._between(at - reach, at + reach)
        return (
            blanked(sound, self._rate)
            or repeated(sound, reach, self._rate)
            or seam(sound, reach) >= _SEAM
        )

    def _between(self, start: int, end: int) -> Wide:
        """Samples `start` to `end`, which are held, of shape (2, samples)."""
        place, pieces = self._start, []
        for block in self._blocks:
            low, high = max(0, start - place), min(len(block), end - place)
            if low < high:
                pieces.append(block[low:high])
            place += len(block)
        return np.ascontiguousarray(np.concatenate(pieces).T, np.float64)


def blanked(sound: Wide, rate: int) -> bool:
    """Whether both channels are exactly zero for a while, with sound on both sides."""
    sounding = np.flatnonzero((np.abs(sound) > _STEP_16_BITS).any(axis=0))
    if len(sounding) == 0:
        return False
    inside = np.abs(sound[:, sounding[0] : sounding[-1]]).max(axis=0)
    edges = np.flatnonzero(inside)
    return bool(len(edges) > 1 and np.diff(edges).max() > _ZEROS_S * rate)


def repeated(sound: Wide, at: int, rate: int) -> bool:
    """Whether the samples from about `at` on equal, in both channels, those just before."""
    first, last = (round(seconds * rate) for seconds in _REPEAT_S)
    low, high = at - _REACH, at + _REACH
    now = sound[:, low:high]
    before = np.lib.stride_tricks.sliding_window_view(
        sound[:, low - last : high - first], high - low, axis=1
    )
    same = (before == now[:, None]).all(axis=0)
    # A place counts only where the sound moves: silence repeats itself for ever.
    same &= np.abs(np.diff(now, axis=1, prepend=now[:, :1] - 1.0)).max(axis=0) > 0.0
    sums = np.cumsum(np.pad(same, ((0, 0), (1, 0))), axis=1)
    runs = sums[:, _REPEAT_LEAST:] - sums[:, :-_REPEAT_LEAST]
    return bool((runs == _REPEAT_LEAST).any())


def seam(sound: Wide, at: int) -> float:
    """How much two unbroken halves seem to be joined near `at`; about 0 where they aren't.

    `sound` is (2, samples) with at least 1024 samples and twice 32 on either side.
    """
    left = sound[:, at - _FIT - _REACH : at - _REACH]
    right = sound[:, at + _REACH : at + _REACH + _FIT][:, ::-1]
    halves = np.concatenate((left, right)) * np.hanning(_FIT)
    ahead, behind = np.split(predictor(halves, _ORDER, _RIDGE), 2)
    margin = _REACH + _FLANK + 4
    around = sound[:, at - margin - _ORDER : at + margin + _ORDER]
    windows = np.lib.stride_tricks.sliding_window_view(around, _ORDER + 1, axis=1)
    # Window n ends with the sample that is predicted forwards, and begins with that backwards.
    forward = np.abs(windows[..., -1] - np.einsum("cnk,ck->cn", windows[..., -2::-1], ahead))
    backward = np.abs(windows[..., 0] - np.einsum("cnk,ck->cn", windows[..., 1:], behind))
    forward, backward = forward[:, : 2 * margin], backward[:, _ORDER : _ORDER + 2 * margin]
    places = np.arange(margin - _REACH, margin + _REACH + 1)
    jumps = np.maximum(_highest(forward, places, 3), _highest(backward, places - 3, 3))
    flanks = np.maximum(
        _highest(forward, places - _FLANK, _FLANK), _highest(backward, places, _FLANK)
    )
    floor = 0.1 * _STEP_16_BITS
    return float(np.log((jumps + floor) / (flanks + floor)).sum(axis=0).max())


def _highest(errors: Wide, starts: npt.NDArray[np.int64], length: int) -> Wide:
    """The largest of `length` errors from each start on, (2, starts)."""
    windows = np.lib.stride_tricks.sliding_window_view(errors, length, axis=1)
    highest: Wide = windows[:, starts].max(axis=2)
    return highest
