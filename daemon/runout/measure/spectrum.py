"""From sound to slices: one pass of short spectra serves noise, loudness, rumble, hum and the rest.

Above some 250 Hz: frames of 116 ms every 100 ms whose faded ends add up to one in power, so that
every sample counts once. Below, for resolution: the sound at 2205 Hz, Hann windows of 0.8 s every
0.4 s (bins of 1.25 Hz, of which 50 and 60 Hz are whole multiples); a slice's window ends where the
slice does, and so reaches 0.4 s before it. Rumble takes its power from both, faded over 200 to
300 Hz.
"""

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.measure.loudness import k_weighting
from runout.measure.noise import bs468
from runout.measure.rumble import weighting_a, weighting_b
from runout.measure.slices import (
    BAND_EDGES_HZ,
    HARMONICS,
    MAINS_HZ,
    PARTS,
    SLICE_S,
    Slice,
    join,
)
from runout.measure.true_peak import MARGIN, true_peak

Array = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]

RATE = 44_100
"""Hertz: the rate that the line works at"""
STEP = round(SLICE_S * RATE)
_PART = STEP // PARTS
_FADE = 710
"""Samples, 16 ms: makes the frame 5120 long, for which the FFT is fastest"""
_FRAME = _PART + _FADE
_NEED = STEP + _FADE
"""Samples that a slice is made of"""

_SPARSE = 20
"""Samples to one at the low rate"""
_LOW_RATE = RATE / _SPARSE
_LOW_STEP = STEP // _SPARSE
_FOLDS = 5
"""Low-pass of so many times `_SPARSE` taps: flat to 0.02 dB up to 310 Hz, and -62 dB where it would
fold onto that"""
_LOW_PASS_HZ = 1100.0
_KAISER = 5.65

_PROGRAMME_HZ = (200.0, 10_000.0)
_CROSS_HZ = (200.0, 300.0)
"""Between these the low windows hand over to the short frames"""
_FROM_BIN = 2
"""Of the low windows; those below hold the preamp's offset"""
_LOBE = 2
"""Bins to either side that hold a tone in a Hann window"""
_BESIDE = (4, 5)
"""Bins to either side that hold none of it, nor of 60 Hz beside 50"""


class Slicer:
    """Cuts a stream at 44.1 kHz into slices of 0.4 s, however it comes in blocks.

    The first 0.4 s give none: they are what the first slice's low windows reach back to.
    """

    def __init__(self) -> None:
        self._sound: Array = np.empty((2, _NEED), np.float32)
        self._filled = 0
        self._frames: Array = np.empty((2, PARTS, _FRAME), np.float32)
        self._before: Array | None = None
        self._slices = 0

    def feed(self, block: Array) -> list[Slice]:
        """Take sound of shape (2, n); return the slices that it completes."""
        made: list[Slice] = []
        taken = 0
        while taken < block.shape[1]:
            more = min(_NEED - self._filled, block.shape[1] - taken)
            self._sound[:, self._filled : self._filled + more] = block[:, taken : taken + more]
            self._filled += more
            taken += more
            if self._filled == _NEED:
                made += self._slice(self._sound)
                self._sound[:, :_FADE] = self._sound[:, STEP:]
                self._filled = _FADE
        return made

    def _slice(self, sound: Array) -> list[Slice]:
        sparse = _thinned(sound)
        before, self._before = self._before, sparse
        self._slices += 1
        if before is None:
            return []
        for part in range(PARTS):
            start = part * _PART
            np.multiply(sound[:, start : start + _FRAME], _WINDOW, out=self._frames[:, part])
        spectra = fft.rfft(self._frames, axis=2)
        power = _products(spectra)
        weighted = _four((power.reshape(-1, power.shape[2]) @ _WEIGHTS).reshape(3, PARTS, -1))
        weighted = weighted.transpose(2, 0, 1)
        bands = np.add.reduceat(power[:2].sum(axis=(0, 1)), _BAND_BINS)[:-1] * _BAND_SCALE
        low = fft.rfft(np.concatenate((before, sparse), axis=1) * _LOW_WINDOW, axis=1)
        low_power = _squares(low[:, : len(_LOW_HZ)])
        low_weighted = low_power @ _LOW_WEIGHTS
        rumble = weighted[3:].sum(axis=2) + low_weighted[:, :2].T
        peaks = true_peak(sound[:, : STEP + 2 * MARGIN])
        powers = join(
            noise=weighted[0],
            loudness=weighted[1, :2],
            programme=np.add.reduce(weighted[2], axis=1) / np.float32(PARTS),
            rumble=rumble,
            hum=low_weighted[:2, 2:],
            bands=bands,
            peak=np.square(peaks),
        )
        return [Slice((self._slices - 1) * SLICE_S, powers)]


def _products(spectra: npt.NDArray[np.complex64]) -> Array:
    """Power of left and of right, and what they share: (2, parts, bins) to (3, parts, bins)."""
    products = np.empty((3, *spectra.shape[1:]), np.float32)
    products[:2] = _squares(spectra)
    np.multiply(spectra[0].real, spectra[1].real, out=products[2])
    products[2] += spectra[0].imag * spectra[1].imag
    return products


def _four(products: Array) -> Array:
    """Sums of `_products`, (3, ...), as powers of the four signals, (4, ...).

    Of signals that are the very same on both sides 65 dB less is left of the vertical, not nothing.
    """
    four = np.empty((4, *products.shape[1:]), np.float32)
    four[:2] = products[:2]
    sides, twice = products[0] + products[1], 2.0 * products[2]
    np.add(sides, twice, out=four[2])
    np.subtract(sides, twice, out=four[3])
    four[2:] /= 4.0
    return np.maximum(four, np.float32(0.0), out=four)


def _squares(spectra: npt.NDArray[np.complex64]) -> Array:
    """Squared magnitude."""
    power: Array = np.square(spectra.real)
    power += np.square(spectra.imag)
    return power


def _thinned(sound: Array) -> Array:
    """Low-passed to the low rate, all four signals: (2, _NEED) to (4, _LOW_STEP)."""
    rows = _LOW_STEP + _FOLDS - 1
    cut = sound[:, : rows * _SPARSE].reshape(2, rows, _SPARSE)
    folds = _FOLDED_LOW_PASS @ cut.transpose(0, 2, 1)
    thin: Array = np.empty((4, _LOW_STEP), np.float32)
    thin[:2] = folds[:, 0, :_LOW_STEP]
    for fold in range(1, _FOLDS):
        thin[:2] += folds[:, fold, fold : fold + _LOW_STEP]
    np.add(thin[0], thin[1], out=thin[2])
    np.subtract(thin[0], thin[1], out=thin[3])
    thin[2:] *= np.float32(0.5)
    return thin


def _window() -> Array:
    """Ends fade so that the squares of one's end and the next one's beginning add up to one."""
    rise = np.sin(np.pi / 2 * np.sin(np.pi / 2 * (np.arange(_FADE) + 0.5) / _FADE) ** 2)
    whole: Array = np.concatenate((rise, np.ones(_FRAME - 2 * _FADE), rise[::-1]), dtype=np.float32)
    return whole


def _handed_over(hertz: Exact) -> Exact:
    """Share of the short frames' power that counts as rumble."""
    return np.interp(hertz, _CROSS_HZ, (0.0, 1.0))


def _one_sided(bins: int, frame: int) -> Exact:
    """Both sides of a spectrum from one."""
    sides = np.full(bins, 2.0)
    sides[0] = 1.0
    if frame % 2 == 0 and bins == frame // 2 + 1:
        sides[-1] = 1.0
    return sides


def _low_pass() -> Exact:
    taps = _FOLDS * _SPARSE
    away = np.arange(taps) - (taps - 1) / 2
    taper = np.i0(_KAISER * np.sqrt(1.0 - (2 * away / taps) ** 2))
    weights = np.sinc(2 * _LOW_PASS_HZ / RATE * away) * taper
    return np.asarray(weights / weights.sum())


_HZ = fft.rfftfreq(_FRAME, 1.0 / RATE)
_SCALE = _one_sided(len(_HZ), _FRAME) / (_FRAME * _PART)
"""From squares to mean squares of the part that a frame stands for"""
_WINDOW = _window()
_IN_PROGRAMME = (_PROGRAMME_HZ[0] <= _HZ) & (_PROGRAMME_HZ[1] > _HZ)
_WEIGHTS = np.stack(
    (
        bs468(_HZ) * _SCALE,
        k_weighting(_HZ) * _SCALE,
        _IN_PROGRAMME * _SCALE,
        # A slice's rumble is the mean of its parts.
        weighting_a(_HZ) * _handed_over(_HZ) * _SCALE / PARTS,
        weighting_b(_HZ) * _handed_over(_HZ) * _SCALE / PARTS,
    ),
    axis=1,
).astype(np.float32)
_BAND_BINS = np.searchsorted(_HZ, BAND_EDGES_HZ)
_BAND_SCALE = np.float32(_SCALE[1] / (2 * PARTS))
"""Mean of left and right, and of the parts"""

_LOW_HZ = np.arange(0.0, _CROSS_HZ[1] + 10.0, 1.0 / (2 * SLICE_S))
_LOW_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(2 * _LOW_STEP) / (2 * _LOW_STEP))).astype(
    np.float32
)
_FOLDED_LOW_PASS = _low_pass().reshape(_FOLDS, _SPARSE).astype(np.float32)
_LOW_SCALE = _one_sided(len(_LOW_HZ), 2 * _LOW_STEP) / (
    2 * _LOW_STEP * np.square(_LOW_WINDOW, dtype=np.float64).sum()
)


def _low_weights() -> Array:
    """From the low windows' squares to rumble A and B, then hum as `Stretch.hum` has it."""
    rumble = np.stack(
        [
            weighting(_LOW_HZ)
            * (1.0 - _handed_over(_LOW_HZ))
            * (np.arange(len(_LOW_HZ)) >= _FROM_BIN)
            for weighting in (weighting_a, weighting_b)
        ],
        axis=1,
    )
    tones = np.outer(MAINS_HZ, np.arange(1, HARMONICS + 1)) * (2 * SLICE_S)
    away = np.abs(np.arange(len(_LOW_HZ))[:, None] - np.rint(tones).reshape(-1))
    within = away <= _LOBE
    beside = np.isin(away, _BESIDE) * (within.sum(axis=0) / (2 * len(_BESIDE)))
    hum = np.stack((within, beside), axis=2).reshape(len(_LOW_HZ), -1)
    weights: Exact = np.concatenate((rumble, hum), axis=1) * _LOW_SCALE[:, None]
    return weights.astype(np.float32)


_LOW_WEIGHTS = _low_weights()
