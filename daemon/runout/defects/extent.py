"""How far an impulse reaches around its peak, and how high it stands over the sound there."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_POP_LONGEST_S = 0.015
_CLICK_LONGEST_S = 0.003
_EDGE_SHARE = 0.2
"""An impulse lasts while the error of linear prediction reaches this share of its peak"""
_EDGE_LEAST = 3.0
"""... and this many times its surroundings"""
_GAP_S = 0.0007
"""Ringing may pause for this long"""
_BASELINE_S = 0.0003
"""The sound on either side that the music under an impulse is drawn between"""


class Extent:
    """Measures impulses in sound of one rate; places are samples of what is handed in."""

    def __init__(self, rate: int) -> None:
        """`rate` in hertz."""
        self._click_longest = round(_CLICK_LONGEST_S * rate)
        self._pop_longest = round(_POP_LONGEST_S * rate)
        self._gap = round(_GAP_S * rate)
        self._baseline = round(_BASELINE_S * rate)

    def of(self, ratio: Array, audio: Array, peak: int, is_pop: bool) -> tuple[int, int]:
        """First sample of the impulse whose ratio peaks at `peak`, and the one past its last.

        `ratio`, the error over its surroundings, has a sample for each of `audio` (2, samples).
        """
        low = max(0, peak - self._click_longest)
        longest = self._pop_longest if is_pop else self._click_longest
        near = ratio[low : peak + longest]
        edge = max(_EDGE_LEAST, _EDGE_SHARE * float(near[peak - low]))
        loud = (near >= edge).nonzero()[0]
        here = int(np.searchsorted(loud, peak - low))
        if here == len(loud) or loud[here] != peak - low:
            return peak, min(peak + 1, audio.shape[1])
        breaks = np.flatnonzero(loud[1:] - loud[:-1] > self._gap)
        before = breaks[breaks < here]
        first = int(loud[before[-1] + 1]) if len(before) else int(loud[0])
        after = breaks[breaks >= here]
        last = int(loud[after[0]]) if len(after) else int(loud[-1])
        start, end = low + first, low + last + 1
        if not is_pop:
            return start, min(end, start + self._click_longest)
        return start, self._pop_end(audio, start, end)

    def deviation(self, audio: Array, start: int, end: int) -> Array:
        """Peak amplitude of left and right over a straight line drawn under the impulse."""
        low, high = max(0, start - self._baseline), end + self._baseline
        span = audio[:, low:high]
        ends = min(self._baseline, max(1, span.shape[1] // 3))
        left, right = span[:, :ends].sum(axis=1), span[:, -ends:].sum(axis=1)
        along = np.arange(span.shape[1], dtype=np.float32) / np.float32(max(1, span.shape[1] - 1))
        line = (left[:, None] + (right - left)[:, None] * along) / np.float32(ends)
        deviation: Array = np.abs(span - line).max(axis=1)
        return deviation

    def _pop_end(self, audio: Array, start: int, end: int) -> int:
        """A pop's thump outlasts its sharp part: follow the sound until it dies away."""
        span = audio[:, start : start + self._pop_longest]
        before = audio[:, max(0, start - self._click_longest) : start]
        if span.shape[1] == 0 or before.shape[1] == 0:
            return end
        swing = np.abs(span - before.mean(axis=1)[:, None]).max(axis=0)
        loud = np.flatnonzero(swing >= _EDGE_SHARE * swing.max())
        return max(end, start + int(loud[-1]) + 1)
