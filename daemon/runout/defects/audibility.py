"""How loudly an impulse is heard: its level over what masks it.

The impulse is what the frames that it lies in hold over the music around them. What masks it is
the music before it, whose masking fades over 100 ms and more (Jesteadt, Bacon and Lehman 1982, J.
Acoust. Soc. Am. 71, 950) and counts in full for the 50 ms that are looked at, or the music just
after it, band by band whichever is more. Left and right count by the sum of their powers. What the
ear makes of that is in ear.py.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.defects.ear import POWER_FLOOR, Bands, ear_of, excess_db
from runout.features.mel import window
from runout.features.params import FeatureParams

Array = npt.NDArray[np.float32]

_FADES_S = 60.0
"""Time constant by which the loudest is forgotten: who plays a record leaves the volume alone"""
_BEFORE = 8
"""Frames before an impulse that tell what masks it, half a frame apart: 52 ms"""
_AFTER = 3
"""Frames after it, likewise: 23 ms"""
_TAIL = 0.25
"""Of a frame: what an impulse still rings for after its end is no masker"""
_SHORT = 0.25
"""Of a frame: a longer impulse takes more than one"""
_STANDS = 2.0
"""Times the masker that a band must hold for more than chance: noise in a band of one bin reaches
it one time in seven"""
_UNIT_DB = 20.0
"""Over the threshold, where an impulse counts as one"""
_MOST = 4.0
"""For which one counts at most: 37 dB over the threshold"""


class Loudest:
    """The loudest of a stream so far, which the playing level is set by; slowly forgotten."""

    def __init__(self, params: FeatureParams) -> None:
        self._cell_s = params.cell_s
        self.power = POWER_FLOOR
        """Mean square, left and right together"""

    def feed(self, power: Array) -> None:
        """Take the mean squares of left and right of some cells, shape (2, cells).

        Their median counts, so that no click is taken for music.
        """
        cells = power.shape[1]
        if cells == 0:
            return
        level = float(np.sort(power[0] + power[1])[cells // 2])
        self.power = max(
            level, self.power * math.exp(-cells * self._cell_s / _FADES_S), POWER_FLOOR
        )


def loudest_of(audio: Array, params: FeatureParams | None = None) -> float:
    """The loudest 0.2 s of sound of shape (2, samples): mean square, left and right together."""
    params = params or FeatureParams()
    step = 32
    cells = audio.shape[1] // params.hop
    power = np.square(audio[:, : cells * params.hop]).reshape(2, cells, -1).mean(axis=2)
    known = Loudest(params)
    powers = [POWER_FLOOR]
    for first in range(0, cells, step):
        known.feed(power[:, first : first + step])
        powers.append(known.power)
    return max(powers)


def audible_db(
    audio: Array, start: int, length: int, loudest: float, params: FeatureParams | None = None
) -> float | None:
    """Decibels by which what stands at `start` in a sound is over its threshold of being heard.

    The sound, shape (2, samples) at the analysis rate, should hold 60 ms before it and 20 ms after.
    None where there is too little around to tell.
    """
    params = params or FeatureParams()
    end = start + length
    before, after = _around(start, end, audio.shape[1], params)
    if not before and not after:
        return None
    own = _own(start, end, params)
    power = _spectra(audio, [*own, *before, *after], params)
    own_power = power[: len(own)]
    masker = _masker(power[len(own) :], len(before), params)
    energy = np.where(own_power > _STANDS * masker, own_power - masker, 0.0).sum(axis=0)
    masker /= _window_power(params)
    return excess_db(energy / _overlap(len(own)), masker, loudest, params)


def audible_db_of(
    impulse: Array,
    music: Array,
    start: int,
    length: int,
    loudest: float,
    params: FeatureParams | None = None,
) -> float | None:
    """The same where the impulse alone and the music without it are both known.

    Both of shape (2, samples), of one stretch of time in which the impulse is the only one.
    """
    params = params or FeatureParams()
    end = start + length
    before, after = _around(start, end, music.shape[1], params)
    if not before and not after:
        return None
    own = _own(start, end, params)
    masker = _spectra(music, own, params).mean(axis=0)
    if before:
        masker = np.maximum(masker, _masker(_spectra(music, before, params), len(before), params))
    masker /= _window_power(params)
    energy = _spectra(impulse, own, params).sum(axis=0)
    return excess_db(energy / _overlap(len(own)), masker, loudest, params)


def loudness(audible_db: float) -> float:
    """What an impulse so far over its threshold counts for: 0 at the threshold, 1 at 20 dB, 4 most.

    Loudness over a masker goes by the power to an exponent, less the threshold's (Lochner and
    Burger 1961); the exponent is that of Stevens (1955), by which 10 dB double it.
    """
    heard: float = (2.0 ** (audible_db / 10.0) - 1.0) / (2.0 ** (_UNIT_DB / 10.0) - 1.0)
    return min(max(heard, 0.0), _MOST)


def _own(start: int, end: int, params: FeatureParams) -> Sequence[int]:
    """First samples of the frames that an impulse lies in: one, or a quarter of a frame apart."""
    half, quarter = params.n_fft // 2, round(_SHORT * params.n_fft)
    if end - start <= quarter:
        return [(start + end) // 2 - half]
    return range(start - half, end + quarter - half, quarter)


def _overlap(frames: int) -> float:
    """By how much a sum over frames a quarter apart counts each sample: squares of Hann windows."""
    return 1.0 if frames == 1 else 1.5


def _around(
    start: int, end: int, samples: int, params: FeatureParams
) -> tuple[Sequence[int], Sequence[int]]:
    """First samples of the frames wholly before and wholly after an impulse, half a frame apart.

    None after a pop where there are any before: the thump's end would pass for its masker.
    """
    size, half = params.n_fft, params.n_fft // 2
    before = range(start - size, max(-1, start - size - _BEFORE * half), -half)
    if before and end - start > round(_SHORT * size):
        return before, ()
    first = end + round(_TAIL * size)
    return before, range(first, min(samples - size, first + (_AFTER - 1) * half) + 1, half)


def _spectra(audio: Array, firsts: Sequence[int], params: FeatureParams) -> Array:
    """Energy in mel bands of the frames that begin at `firsts`, both channels': (frames, bands).

    Beyond its ends there is no sound.
    """
    ear = ear_of(params)
    size, low = params.n_fft, min(firsts)
    high = max(firsts) + size
    # One complex transform does for both channels, bins of either sign holding their sum.
    stereo = np.zeros(high - low, np.complex64)
    known = audio[:, max(0, low) : high]
    begin = max(0, -low)
    stereo.real[begin : begin + known.shape[1]] = known[0]
    stereo.imag[begin : begin + known.shape[1]] = known[1]
    frames = np.array([stereo[first - low : first - low + size] for first in firsts])
    frames *= ear.window
    spectrum = fft.fft(frames, overwrite_x=True)
    bands: Array = (np.square(spectrum.real) + np.square(spectrum.imag)) @ ear.bands
    return bands


def _masker(energy: Array, before: int, params: FeatureParams) -> Bands:
    """Energy of a frame that masks, of frames the first `before` of which are before the impulse.

    By lower quartiles, so that the impulses next to this one count for nothing: not even where
    every other frame has one.
    """
    power: Bands = np.zeros(energy.shape[1], np.float32)
    for frames in (energy[:before], energy[before:]):
        if len(frames):
            power = np.maximum(power, np.sort(frames, axis=0)[len(frames) // 4])
    return power / ear_of(params).quartile


@lru_cache
def _window_power(params: FeatureParams) -> np.float32:
    """By how much a frame's energy is more than its power: the sum of the window's squares."""
    return np.float32(np.square(window(params)).sum())
