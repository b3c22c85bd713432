"""Packets that the USB path played twice or left empty: told by equal samples, however soft.

A groove never gives the same samples twice, to the last bit and in both channels, and no run of
exact zeros between loud ones. So all sound is searched, whether or not anything was heard there.
Of every few samples one is marked, chosen by its own value: a copy is marked at the same places as
its original, and only marks need to be compared. (Manber, Finding Similar
Files in a Large File System, 1994, chooses its marks so.)

The samples must be the source's own: resampling makes copies unlike.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint64]
"""A frame a word: both channels' bits"""
Places = npt.NDArray[np.int64]

_EMPTY_S = (0.0004, 0.012)
"""Shortest and longest run of zeros: what is longer is silence"""
_FLANK_S = 0.001
_SOUNDING = 2.0 * 2.0**-15
"""Full scales that the sound has, in the mean of a flank on either side of zeros. A faint tone
that lingers at zero for 0.4 ms is below that there, two 16-bit steps, in the next millisecond"""
_LONGEST_S = 0.006
"""Longest repeat: five packets and a little"""
_LEAST_FRAMES = 11
"""Frames in a repeat that differ from the one before: fewer may be chance in faint sound"""
_LEAST_LAG = 4
_KEYED = 2
"""Frames from a mark on that are compared at first"""
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
"""Odd, and without a pattern: they spread the bits of a frame over a word"""
_MARKED = np.uint64(0xD555555555555555)
"""Frames that are spread over this are marked: one in six, and no silent one"""
_UNSIGNED = np.uint64(0x7FFFFFFF7FFFFFFF)
"""Without the sign bits, for zero has two signs"""


@dataclass(frozen=True, slots=True)
class Packet:
    """Samples that stand where others should, from the source's sample `start` on."""

    start: int
    length: int


class PacketFinder:
    """Searches a stream; what it finds does not depend on the blocks that the stream comes in."""

    def __init__(self, rate: int) -> None:
        """`rate` hertz is the source's own."""
        self._empty = (round(_EMPTY_S[0] * rate), round(_EMPTY_S[1] * rate))
        self._longest = round(_LONGEST_S * rate)
        self._flank = round(_FLANK_S * rate)
        self._sound: Array = np.zeros((0, 2), np.float32)
        self._start = 0
        """Number of the first sample that is held"""
        self.searched = 0
        """Samples before this one are searched"""

    def feed(self, samples: Array) -> list[Packet]:
        """Packets that end in what was not searched so far; takes samples of shape (frames, 2)."""
        self._sound = np.concatenate((self._sound, samples))
        words = self._sound.view(np.uint64)[:, 0]
        low, high = self.searched - self._start, len(words) - self._flank
        if high <= low:
            return []
        spans = self._zeros(words) + self._copies(words)
        found = [
            Packet(self._start + start, end - start) for start, end in spans if low < end <= high
        ]
        self.searched = self._start + high
        past = max(0, high - max(2 * self._longest, self._empty[1]) - self._flank)
        self._sound = self._sound[past:]
        self._start += past
        return found

    def _zeros(self, words: Words) -> list[tuple[int, int]]:
        """Beginning and end of every short run of zeros that has sound on both sides."""
        least, most = self._empty
        if (words[:: least // 2] & _UNSIGNED).all():
            return []
        spans = _runs((words & _UNSIGNED) == 0)
        lengths = spans[:, 1] - spans[:, 0]
        spans = spans[(lengths >= least) & (lengths <= most)]
        return [(start, end) for start, end in spans.tolist() if self._sounds_about(start, end)]

    def _sounds_about(self, start: int, end: int) -> bool:
        flanks = self._sound[max(0, start - self._flank) : start], self._sound[end:][: self._flank]
        return all(
            len(flank) == self._flank and np.abs(flank).mean(axis=0).max() >= _SOUNDING
            for flank in flanks
        )

    def _copies(self, words: Words) -> list[tuple[int, int]]:
        """Beginning and end of every run of frames that equals the one just before it."""
        found: list[tuple[int, int]] = []
        looked = (0, 0)
        for place, lag in self._marks_alike(words):
            if lag == looked[0] and place < looked[1]:
                continue
            low, high = max(0, place - self._longest), place + self._longest + 1
            before, now = words[low:high], words[low + lag : high + lag]
            runs = _runs(before[: len(now)] == now) + low
            start, end = runs[(runs[:, 0] <= place) & (runs[:, 1] > place)][0].tolist()
            looked = lag, end
            moving = np.count_nonzero(np.diff(words[start:end]))
            # What goes on repeating is a tone that was made so.
            if lag <= end - start <= self._longest and moving >= _LEAST_FRAMES - 1:
                found.append((start + lag, end + lag))
        return found

    def _marks_alike(self, words: Words) -> list[tuple[int, int]]:
        """Where marks are the same a little later: place and lag, in order of lag."""
        count = len(words) - _KEYED + 1
        spread = words[:count] * _FACTORS[0]
        marks = (spread >= _MARKED).nonzero()[0]
        keys = spread[marks]
        for n in range(1, _KEYED):
            keys += words[marks + n] * _FACTORS[n]
        bits = np.uint64(len(words).bit_length())
        # Key and place in one number: sorted, equal keys come to lie side by side.
        tagged = np.sort((keys >> bits << bits) | marks.astype(np.uint64))
        lags = tagged[1:] - tagged[:-1]
        near = lags <= self._longest
        if not near.any():
            return []
        near &= lags >= _LEAST_LAG
        places = (tagged[:-1][near] & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
        return _long_enough(words, places, lags[near].astype(np.int64))


def _long_enough(words: Words, places: Places, lags: Places) -> list[tuple[int, int]]:
    """Those places that belong to so many equal frames that it is no chance, in order of lag."""
    inside = (places >= _LEAST_FRAMES) & (places + lags + _LEAST_FRAMES <= len(words))
    places, lags = places[inside], lags[inside]
    steps = np.arange(_LEAST_FRAMES)
    ahead, behind = places[:, None] + steps, places[:, None] - 1 - steps
    equal = sum(
        np.logical_and.accumulate(words[some] == words[some + lags[:, None]], axis=1).sum(axis=1)
        for some in (ahead, behind)
    )
    enough = (equal >= _LEAST_FRAMES) & (words[places] == words[places + lags])
    order = np.lexsort((places[enough], lags[enough]))
    return list(zip(places[enough][order].tolist(), lags[enough][order].tolist(), strict=True))


def _runs(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Beginning and end of every run of true flags: (runs, 2)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    return edges.reshape(-1, 2)
