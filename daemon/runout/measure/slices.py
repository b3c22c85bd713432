"""What is kept of 0.4 s of sound, so that a side can be measured once its stretches are known.

Lead-in, gaps, tracks and run-out are certain only afterwards. Each slice therefore keeps the powers
that any of the measurements may ask of it, and a whole side of them stays below 1 MB.
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Powers = npt.NDArray[np.float32]
Spans = Sequence[tuple[float, float]]
"""From and to, in seconds from the start of the stream"""

SLICE_S = 0.4
"""Seconds: whole periods of 50 and of 60 Hz, and a gating block of BS.1770"""
PARTS = 4
"""Parts of a slice, of 100 ms: the step of BS.1770's gating blocks"""
REACH_S = 0.4
"""Below some 250 Hz a slice hears as long before its beginning too, for the sake of resolution"""
SIGNALS = ("left", "right", "lateral", "vertical")
"""Lateral is half of left plus right, vertical half of left minus right"""
LEFT, RIGHT, LATERAL, VERTICAL = range(4)
MAINS_HZ = (50.0, 60.0)
HARMONICS = 5
BAND_EDGES_HZ = 2000.0 * 2.0 ** (np.arange(42) / 12.0)
"""Edges of bands of a twelfth of an octave, 2 to 21.4 kHz"""
_BANDS = len(BAND_EDGES_HZ) - 1

_SHAPES: dict[str, tuple[int, ...]] = {
    "noise": (len(SIGNALS), PARTS),
    "loudness": (2, PARTS),
    "programme": (len(SIGNALS),),
    "rumble": (2, len(SIGNALS)),
    "hum": (2, len(MAINS_HZ), HARMONICS, 2),
    "bands": (_BANDS,),
    "peak": (2,),
}
_ENDS = np.cumsum([math.prod(shape) for shape in _SHAPES.values()])
_PLACES = {
    name: slice(int(end) - math.prod(shape), int(end))
    for (name, shape), end in zip(_SHAPES.items(), _ENDS, strict=True)
}
NUMBERS = int(_ENDS[-1])
"""Numbers in a slice"""
_LEAST_POWER = 1e-14
"""What is kept of silence"""
SILENCE_DB = -139.9
"""A figure that isn't over this is silence's"""


def decibels(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Powers re full scale squared as dB, silence as -140.

    A square wave of full scale is 0 dBFS, a sine of full scale -3.01.
    """
    floored: npt.NDArray[np.float64] = np.maximum(np.asarray(power, np.float64), _LEAST_POWER)
    return np.asarray(10.0 * np.log10(floored))


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice."""

    time_s: float
    """Seconds from the start of the stream to where it begins"""
    powers: Powers
    """Shape (NUMBERS,): what `Stretch` names, each field flattened, in its order"""


def join(**fields: Powers) -> Powers:
    """The numbers of a slice, from all its fields, with shapes as `Stretch` names them."""
    return np.concatenate([fields[name].reshape(-1) for name in _SHAPES])


@dataclass(frozen=True, slots=True)
class Stretch:
    """Slices that are measured together, in order of time, with or without gaps between them.

    All are mean squares re full scale, of shape (slices, ...), signals in the order of `SIGNALS`.
    """

    time_s: npt.NDArray[np.float64]
    """Where each slice begins, (slices,)"""
    powers: Powers
    """(slices, NUMBERS)"""

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def noise(self) -> Powers:
        """Weighted by ITU-R BS.468-4: (slices, signals, parts)."""
        return self._field("noise")

    @property
    def loudness(self) -> Powers:
        """Weighted by BS.1770's K: (slices, left and right, parts)."""
        return self._field("loudness")

    @property
    def programme(self) -> Powers:
        """200 Hz to 10 kHz, most of the music, little rumble or hum: (slices, signals)."""
        return self._field("programme")

    @property
    def rumble(self) -> Powers:
        """Weighted by DIN 45539's A and B: (slices, A and B, signals)."""
        return self._field("rumble")

    @property
    def hum(self) -> Powers:
        """(slices, left and right, 50 and 60 Hz mains, harmonics from the first, 2).

        Last come what is within 3 Hz of the harmonic, and what as wide a band beside it has.
        """
        return self._field("hum")

    @property
    def bands(self) -> Powers:
        """Left and right together, between BAND_EDGES_HZ: (slices, bands)."""
        return self._field("bands")

    @property
    def peak(self) -> Powers:
        """True peak squared: (slices, left and right)."""
        return self._field("peak")

    def _field(self, name: str) -> Powers:
        return self.powers[:, _PLACES[name]].reshape(-1, *_SHAPES[name])


class SliceStore:
    """Keeps the slices of a side, or of a needle that is up, small: 246 bytes a slice.

    Powers are kept in dB in half precision, which rounds them by 0.03 dB at most.
    """

    def __init__(self) -> None:
        self._times = array("d")
        self._levels = bytearray()

    def __len__(self) -> int:
        return len(self._times)

    @property
    def nbytes(self) -> int:
        """Bytes that the kept slices take."""
        return len(self._levels) + len(self._times) * self._times.itemsize

    def add(self, one: Slice) -> None:
        """Keep a slice, later than those before it."""
        self._times.append(one.time_s)
        self._levels += decibels(one.powers).astype(np.float16).tobytes()

    def forget(self, before_s: float) -> None:
        """Drop the slices that begin before `before_s`."""
        gone = int(np.searchsorted(np.array(self._times), before_s))
        del self._times[:gone]
        del self._levels[: gone * NUMBERS * np.dtype(np.float16).itemsize]

    def within(self, spans_s: Spans, reach_s: float = 0.0) -> Stretch:
        """The slices that lie wholly within one of some spans.

        Rumble and hum hear REACH_S before a slice: ask for them with `reach_s` of it, which leaves
        out slices that begin so little after their span does.
        """
        times = np.array(self._times, np.float64)
        chosen = np.zeros(len(times), bool)
        for start_s, end_s in spans_s:
            chosen |= (times >= start_s + reach_s) & (times + SLICE_S <= end_s)
        half = np.frombuffer(self._levels, np.float16).reshape(-1, NUMBERS)
        levels = half[chosen].astype(np.float32)
        levels *= np.float32(math.log(10.0) / 10.0)
        return Stretch(times[chosen], np.exp(levels, out=levels))
