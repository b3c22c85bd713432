"""Pitch: how far all that sounds moves up or down together, ten times a second.

Speed shifts a whole spectrum along an axis of log frequency, where a voice moves its own notes
alone. So the log spectra of two frames 0.2 s apart are correlated over small shifts, and the slope
of the correlation at no shift over its curvature there is the shift that most of the spectrum
shares: the method of gradients (B. D. Lucas and T. Kanade, Proc. Image Understanding Workshop,
1981), with products between the two frames only. The frames don't overlap and so have no noise in
common: noise, drums and new notes add scatter, but don't pull the shift to nothing. A low and a
high half are kept apart: what both have is the record's rather than one voice's.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.measure.slices import Spans

Array = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]

RATE = 44_100
"""Hertz: the rate that the line works at"""
STEP = 4400
STEP_S = STEP / RATE
"""Seconds, 0.0998"""
APART = 2
"""Steps between the frames that are compared"""
HALVES = 2
"""250 to 1000 Hz, 1 to 4 kHz"""

_SPARSE = 4
_LOW_RATE = RATE / _SPARSE
_FOLDS = 8
"""Low-pass of so many times `_SPARSE` taps: -3 dB at 4.8 kHz, and -40 dB where it would fold onto
what is below 4 kHz"""
_LOW_PASS_HZ = 4900.0
_KAISER = 4.0
_TOGETHER = 16
"""Steps that are worked out at a time"""
_HOP = STEP // _SPARSE
_FRAME = 2048
"""Samples at the low rate, 0.19 s: less than the frames are apart"""
_PADDED = 2 * _FRAME
"""A power spectrum is as smooth as twice the frame's length asks for: with fewer bins a line would
move from bin to bin by fits and starts"""
_LOWEST_HZ = 250.0
_PER_OCTAVE = 100
_REACH = (1.0, 1.0, 2.0, 2.0)
"""Bands to either side that one hears, by octaves: up there narrower ones would make lines that are
left behind by 0.8 % in a step"""
_FLOOR = 1e-3
"""Of the mean power of the bands: what is softer counts for nothing"""
_SILENT = 1e-9
"""A band's power, by the frame's squares, of which the same goes"""
_SHIFTS = 2
"""Bands that spectra are shifted against each other"""
_NEAR, _FAR = 0.5475, 0.1159
"""Of the differences to one and to two bands on: makes light of lines of t radians a band as the
slope between neighbours does, sin(t) / t, by least squares to t = 2"""


@dataclass(frozen=True, slots=True)
class PitchSteps:
    """Steps of pitch, one every STEP_S without holes."""

    slope_percent: Array
    """Of the halves' correlation with APART steps before, at no shift, (HALVES, steps)"""
    curvature: Array
    """Likewise; slope over curvature is by how many percent the pitch is up. A sum of some over a
    sum of others is right where single ones aren't: of noise alone either may have any sign"""

    def __len__(self) -> int:
        return self.curvature.shape[1]


class PitchFollower:
    """Follows the pitch of a stream at 44.1 kHz, however it comes in blocks."""

    def __init__(self) -> None:
        self._sound: Array = np.zeros(_NEED, np.float32)
        self._filled = _TAIL
        self._low: Array = np.zeros(_FRAME - _HOP + _TOGETHER * _HOP, np.float32)
        self._levels: Array = np.zeros((APART + _TOGETHER, _BANDS), np.float32)

    def feed(self, block: Array) -> PitchSteps | None:
        """Take sound of shape (2, n); return the steps that it completes, if any."""
        made: list[PitchSteps] = []
        taken = 0
        while taken < block.shape[1]:
            more = min(_NEED - self._filled, block.shape[1] - taken)
            np.add(
                block[0, taken : taken + more],
                block[1, taken : taken + more],
                out=self._sound[self._filled : self._filled + more],
            )
            self._filled += more
            taken += more
            if self._filled == _NEED:
                made.append(self._steps())
                self._sound[:_TAIL] = self._sound[-_TAIL:]
                self._filled = _TAIL
        if not made:
            return None
        return PitchSteps(
            np.concatenate([one.slope_percent for one in made], axis=1),
            np.concatenate([one.curvature for one in made], axis=1),
        )

    def _steps(self) -> PitchSteps:
        low, levels = self._low, self._levels
        low[: _FRAME - _HOP] = low[-(_FRAME - _HOP) :]
        low[_FRAME - _HOP :] = _thinned(self._sound)
        frames = np.lib.stride_tricks.sliding_window_view(low, _FRAME)[::_HOP] * _WINDOW
        spectra = fft.rfft(frames, _PADDED, axis=1)[:, :_MOST_BINS]
        power = np.square(spectra.real)
        power += np.square(spectra.imag)
        bands = np.concatenate([power[:, bins] @ weights for bins, weights in _OCTAVES], axis=1)
        bands += np.float32(_FLOOR) * bands.mean(axis=1, keepdims=True) + np.float32(_SILENT)
        levels[:APART] = levels[-APART:]
        np.log(bands, out=levels[APART:])
        halves = levels[APART:].reshape(_TOGETHER, HALVES, -1)
        halves -= halves.mean(axis=2, keepdims=True)
        return _compared(levels[:-APART], levels[APART:])


def _compared(before: Array, after: Array) -> PitchSteps:
    """Log spectra of shape (steps, bands), and those that follow them by APART steps."""
    first = before.reshape(len(before), HALVES, -1)
    second = after.reshape(first.shape)
    width = first.shape[2] - 2 * _SHIFTS

    def alike(one: Array, other: Array, shift: int) -> Array:
        """Products of one with the other, taken `shift` bands higher up, (HALVES, steps)."""
        at = _SHIFTS + shift
        summed: Array = np.einsum(
            "thb,thb->ht", one[..., _SHIFTS:-_SHIFTS], other[..., at : at + width]
        )
        return summed

    up, down = alike(first, second, 1), alike(first, second, -1)
    # Both ways: what the ends of a half cut off then cancels where nothing moves.
    back_up, back_down = alike(second, first, 1), alike(second, first, -1)
    slope = (up - down + back_down - back_up) / 4.0
    middle = 2.0 * alike(first, second, 0)
    near = middle - (up + down + back_up + back_down) / 2.0
    far = middle - alike(first, second, 2) - alike(first, second, -2)
    curvature = np.float32(_NEAR) * near + np.float32(_FAR) * far
    return PitchSteps(_BAND_PERCENT * slope, curvature)


class PitchStore:
    """Keeps a side's steps of pitch small: 80 bytes a second."""

    def __init__(self) -> None:
        self._first = 0
        self._kept = bytearray()

    @property
    def nbytes(self) -> int:
        """Bytes that the kept steps take."""
        return len(self._kept)

    def add(self, steps: PitchSteps) -> None:
        """Keep steps, which follow those before them."""
        rows = np.concatenate((steps.slope_percent, steps.curvature)).T
        self._kept += rows.astype(np.float16).tobytes()

    def forget(self, before_s: float) -> None:
        """Drop the steps before `before_s`."""
        gone = min(max(0, int(before_s / STEP_S) - self._first), len(self._kept) // _STEP_BYTES)
        del self._kept[: gone * _STEP_BYTES]
        self._first += gone

    def within(self, spans_s: Spans) -> PitchSteps:
        """All kept steps; of those not wholly within one of some spans all is 0."""
        rows = np.frombuffer(self._kept, np.float16).reshape(-1, 2 * HALVES)
        # A step hears from its first frame's beginning to its second frame's end.
        end_s = (self._first + 1 + np.arange(len(rows))) * STEP_S
        start_s = end_s - APART * STEP_S - _FRAME / _LOW_RATE
        heard = np.zeros(len(rows), bool)
        for span_start_s, span_end_s in spans_s:
            heard |= (start_s >= span_start_s) & (end_s <= span_end_s)
        kept = rows.T.astype(np.float32) * heard
        return PitchSteps(kept[:HALVES], kept[HALVES:])


def answer(hertz: Exact) -> Exact:
    """Factor by which a swing of the pitch at some frequencies shows in its steps."""
    turn = 2 * np.pi * hertz / _LOW_RATE
    # A Hann window is a constant and a cosine, under which a swing leaves three Dirichlet kernels.
    beside = 2 * np.pi / _FRAME
    within_frame = _kernel(turn) + (_kernel(turn + beside) + _kernel(turn - beside)) / 2
    return np.asarray(2.0 * np.sin(np.pi * hertz * APART * STEP_S) * within_frame)


def _kernel(turn: Exact) -> Exact:
    """Mean, over a frame, of a cosine that is at its crest in the middle, by radians a sample."""
    cycles = turn * _FRAME / (2 * np.pi)
    return np.asarray(np.sinc(cycles) / np.sinc(cycles / _FRAME))


def _thinned(sound: Array) -> Array:
    """Low-passed to the low rate: (_NEED,) to (_TOGETHER * _HOP,)."""
    folds = _LOW_PASS @ sound.reshape(-1, _SPARSE).T
    rows = _TOGETHER * _HOP
    thin = folds[0, :rows].copy()
    for fold in range(1, _FOLDS):
        thin += folds[fold, fold : fold + rows]
    return thin


def _low_pass() -> Array:
    """Taps of a windowed sinc, (_FOLDS, _SPARSE)."""
    taps = _FOLDS * _SPARSE
    away = np.arange(taps) - (taps - 1) / 2
    taper = np.i0(_KAISER * np.sqrt(1.0 - (2 * away / taps) ** 2))
    weights = np.sinc(2 * _LOW_PASS_HZ / RATE * away) * taper
    folded: Array = (weights / weights.sum()).reshape(_FOLDS, _SPARSE).astype(np.float32)
    return folded


def _octave(octave: int, reach: float) -> tuple[slice, Array]:
    """The bins that an octave's bands hear, and triangles over them, (bins, bands).

    They reach so many bands to either side, and a bin at least.
    """
    middle = _LOWEST_HZ * 2.0 ** (octave + (np.arange(_PER_OCTAVE) + 0.5) / _PER_OCTAVE)
    bin_hz = _LOW_RATE / _PADDED
    hertz = np.arange(_MOST_BINS) * bin_hz
    reaches = np.maximum(np.log2(1.0 + bin_hz / middle), reach / _PER_OCTAVE)
    away = np.abs(np.log2(np.maximum(hertz, bin_hz)[:, None] / middle))
    weights = np.maximum(1.0 - away / reaches, 0.0)
    heard = np.flatnonzero(weights.any(axis=1))
    bins = slice(int(heard[0]), int(heard[-1]) + 1)
    return bins, (weights / weights.sum(axis=0))[bins].astype(np.float32)


_TAIL = (_FOLDS - 1) * _SPARSE
_NEED = _TAIL + _TOGETHER * STEP
_BANDS = len(_REACH) * _PER_OCTAVE
_BAND_PERCENT = np.float32(100.0 * np.log(2.0) / _PER_OCTAVE)
_MOST_BINS = 1 + int(1.03 * _LOWEST_HZ * 2 ** len(_REACH) * _PADDED / _LOW_RATE)
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(_FRAME) + 0.5) / _FRAME)).astype(np.float32)
_LOW_PASS = _low_pass()
_OCTAVES = [_octave(octave, reach) for octave, reach in enumerate(_REACH)]
_STEP_BYTES = 2 * HALVES * np.dtype(np.float16).itemsize
