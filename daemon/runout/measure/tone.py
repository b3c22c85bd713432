"""The steady tone of a test record: where it is, and its frequency over time.

Test records for wow and flutter hold 3150 Hz (AES6-2008, IEC 60386, DIN 45507) or, older ones,
3000 Hz; those for levels and crosstalk hold 1 kHz. A tone counts as one where it makes up most of
what is heard and stays as it is. It is then brought down to zero frequency (quadrature mixing, a
low-pass and decimation, all three at once in the frequency domain by overlap-save, A. V. Oppenheim
and R. W. Schafer, Discrete-Time Signal Processing, 3rd ed., section 8.7.3), where the turning of
its phase is its deviation in frequency. Hum, rumble and all noise that is more than 500 Hz away
from the tone are thereby gone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import fft

Audio = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex64]
Channel = Literal["left", "right", "both"]

NOMINAL_HZ = (1000.0, 3000.0, 3150.0)
"""Hertz: tones that test records have"""
LEAST_NOMINAL_HZ = 800.0
MOST_NOMINAL_HZ = 8000.0
"""Hertz: tones that can be looked for"""
REACH = 0.08
"""Most that a tone may be off its nominal frequency: what a pitch control reaches"""

_HOP_S = 0.25
"""Seconds between two frames, each twice as long"""
_BINS = 512
"""Bins about the tone that are kept of a frame, 2 Hz each"""
_FLAT_HZ = 300.0
_STOP_HZ = 500.0
"""The low-pass: speed 8 % off and flutter of 200 Hz and less pass untouched"""
_AUDIBLE_HZ = 200.0
"""Hum and rumble, below this, say nothing about whether a tone is there"""
_SHARE_LEAST = 0.6
"""Of the power above that, what a tone makes up"""
_TONE_WIDTH = 0.02
"""... within this of its frequency; also the most that the frequency of one tone moves"""
_JUMP_DB = 6.0
"""A tone whose level or balance changes by more is another one"""
_ONE_CHANNEL_DB = 10.0
"""Level of one channel over the other from which on a tone was cut in that one alone"""
_DIFFERENCE_MOST_DB = 15.0
"""Level of one channel over the other: what is more is noise's doing"""
_MISSED_MOST = 2
"""Frames in a row that a click may spoil"""
LEAST_S = 4.0
"""A shorter tone is no test tone: a flute may hold a note for 3 s"""
_LONGEST_S = 300.0
"""A longer tone is told as several: an hour of one would take 0.6 GB to measure"""
_EDGE_FRAMES = 1
"""Frames left off at each end, as the tone may begin or end in them"""
_ENVELOPE_OFF = 0.25
"""Where the tone's size is off its median by more, something else was heard: a click, a hole"""
_AROUND = 12
"""Samples on either side of such a place that it spoils as well: 12 ms, the low-pass's ringing"""
_POWER_FLOOR = 1e-20


@dataclass(frozen=True, slots=True)
class Tone:
    """A stretch of a steady tone."""

    start_s: float
    """Seconds from the beginning of the sound"""
    rate: float
    """Hertz: samples a second of `baseband`"""
    carrier_hz: float
    """What the tone was mixed down with"""
    nominal_hz: float
    """What the tone was most likely cut as, at its speed"""
    baseband: Complex
    """Left and right, shape (2, samples): the tone's size (its peak, full scale 1) and phase"""

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self.baseband.shape[1] / self.rate

    @property
    def peaks(self) -> tuple[float, float]:
        """The tone's median peak in left and right, full scale 1."""
        left, right = np.median(np.abs(self.baseband), axis=1)
        return float(left), float(right)

    @property
    def difference_db(self) -> float:
        """Level of left over right in dB."""
        left, right = self.peaks
        return 20.0 * math.log10(max(left, 1e-10) / max(right, 1e-10))

    @property
    def channel(self) -> Channel:
        """Which channel has the tone; "both" where they differ by less than 10 dB."""
        if abs(self.difference_db) < _ONE_CHANNEL_DB:
            return "both"
        return "left" if self.difference_db > 0 else "right"

    def frequency(self) -> Array:
        """Return the frequency in hertz, shape (samples - 1,), taken from the louder channel.

        Where a click or a hole has spoiled the tone, the frequency is drawn through.
        """
        left, right = self.peaks
        sound = self.baseband[0 if left >= right else 1].astype(np.complex128)
        turned = np.angle(sound[1:] * sound[:-1].conj())
        size = np.abs(sound)
        off = np.abs(size - np.median(size)) > _ENVELOPE_OFF * np.median(size)
        spoiled = np.convolve(off, np.ones(2 * _AROUND + 1), "same")[1:] > 0
        if spoiled.any() and not spoiled.all():
            places = np.arange(len(turned))
            turned[spoiled] = np.interp(places[spoiled], places[~spoiled], turned[~spoiled])
        # A difference of phase is the mean frequency between two samples, which is weaker for
        # fast flutter, by sinc(f / rate); the first term of that curve's inverse undoes it.
        turned[1:-1] -= (turned[2:] - 2.0 * turned[1:-1] + turned[:-2]) / 24.0
        frequency: Array = self.carrier_hz + turned * self.rate / (2.0 * math.pi)
        return frequency


@dataclass(frozen=True, slots=True)
class _Seen:
    """A tone in one frame."""

    hertz: float
    level_db: float
    """Of the louder channel"""
    difference_db: float
    """Left over right, limited"""

    def is_like(self, other: "_Seen") -> bool:
        """Whether this may be the same tone as another frame's."""
        return (
            abs(self.hertz - other.hertz) < _TONE_WIDTH * other.hertz
            and abs(self.level_db - other.level_db) < _JUMP_DB
            and abs(self.difference_db - other.difference_db) < _JUMP_DB
        )


@dataclass(slots=True)
class _Run:
    """A tone that is going on."""

    first: _Seen
    start: int
    """Its first frame"""
    carrier: int
    """The bin that it is mixed down with"""
    pieces: list[Complex] = field(default_factory=list)
    missed: int = 0
    """Frames without the tone since it was heard last"""


class ToneTracker:
    """Finds the steady tones of a sound that is fed piece by piece, in any split."""

    def __init__(self, rate: int, nominal_hz: Sequence[float] = NOMINAL_HZ) -> None:
        """The sound is at `rate` hertz; tones are looked for within 8 % of `nominal_hz`."""
        self._hop = round(_HOP_S * rate)
        self._rate = rate
        self._nominal_hz = tuple(nominal_hz)
        bin_hz = rate / (2 * self._hop)
        self._bin_hz = bin_hz
        hertz = np.arange(self._hop + 1) * bin_hz
        self._audible = hertz >= _AUDIBLE_HZ
        self._sought = np.zeros(len(hertz), dtype=bool)
        for one in self._nominal_hz:
            self._sought |= np.abs(hertz - one) <= REACH * one
        away = np.abs(np.arange(_BINS) - _BINS // 2) * bin_hz
        ramp = np.clip((away - _FLAT_HZ) / (_STOP_HZ - _FLAT_HZ), 0.0, 1.0)
        # Bins of positive frequency alone have half the tone; the mixed-down one has all of it.
        self._low_pass = (1.0 + np.cos(math.pi * ramp)) * (_BINS / (2 * self._hop))
        self._rest: Audio = np.zeros((2, 0), dtype=np.float32)
        self._frames = 0
        self._run: _Run | None = None

    def feed(self, audio: Audio) -> list[Tone]:
        """Take sound of shape (2, samples); return the tones that have ended."""
        sound = np.concatenate([self._rest, audio], axis=1)
        tones: list[Tone] = []
        at = 0
        while at + 2 * self._hop <= sound.shape[1]:
            frame = sound[:, at : at + 2 * self._hop].astype(np.float64)
            tones += self._hear(fft.rfft(frame, axis=1))
            at += self._hop
        self._rest = sound[:, at:].copy()
        return tones

    def finish(self) -> list[Tone]:
        """Return the tone that was going on at the end of the sound, if any."""
        run, self._run = self._run, None
        return [] if run is None else self._end(run)

    def _hear(self, spectrum: npt.NDArray[np.complex128]) -> list[Tone]:
        seen = self._see(spectrum)
        ended: list[Tone] = []
        run = self._run
        if run is not None:
            run.pieces.append(self._mixed_down(spectrum, run.carrier))
            run.missed = 0 if seen is not None and seen.is_like(run.first) else run.missed + 1
            if run.missed > _MISSED_MOST or len(run.pieces) >= _LONGEST_S / _HOP_S:
                ended = self._end(run)
                run = self._run = None
        if run is None and seen is not None:
            carrier = round(seen.hertz / self._bin_hz)
            piece = self._mixed_down(spectrum, carrier)
            self._run = _Run(seen, self._frames, carrier, [piece])
        self._frames += 1
        return ended

    def _see(self, spectrum: npt.NDArray[np.complex128]) -> _Seen | None:
        # A Hann window, put on in the frequency domain; the ends, which it wraps, aren't looked at.
        windowed = 0.5 * spectrum
        windowed[:, 1:-1] -= 0.25 * (spectrum[:, :-2] + spectrum[:, 2:])
        power = np.square(np.abs(windowed))
        loud = power[int(np.argmax(power[:, self._sought].sum(axis=1)))]
        peak = int(np.argmax(np.where(self._sought, loud, 0.0)))
        reach = max(2, round(_TONE_WIDTH * peak))
        near = slice(peak - reach, peak + reach + 1)
        both = power[:, near].sum(axis=1)
        if loud[near].sum() <= max(_SHARE_LEAST * loud[self._audible].sum(), _POWER_FLOOR):
            return None
        left, right = 10.0 * np.log10(np.maximum(both, _POWER_FLOOR))
        difference = max(-_DIFFERENCE_MOST_DB, min(_DIFFERENCE_MOST_DB, left - right))
        return _Seen(peak * self._bin_hz, float(max(left, right)), float(difference))

    def _mixed_down(self, spectrum: npt.NDArray[np.complex128], carrier: int) -> Complex:
        """Half a frame about its middle, free of what the frame's ends do."""
        near = spectrum[:, carrier - _BINS // 2 : carrier + _BINS // 2] * self._low_pass
        sound = fft.ifft(fft.ifftshift(near, axes=1), axis=1)[:, _BINS // 4 : 3 * _BINS // 4]
        # Frames begin half a frame apart: so often has an odd carrier turned half about.
        sign = -1.0 if carrier * self._frames % 2 else 1.0
        mixed: Complex = (sign * sound).astype(np.complex64)
        return mixed

    def _end(self, run: _Run) -> list[Tone]:
        pieces = run.pieces[_EDGE_FRAMES : len(run.pieces) - run.missed - _EDGE_FRAMES]
        hop_s = self._hop / self._rate
        if len(pieces) * hop_s < LEAST_S:
            return []
        carrier_hz = run.carrier * self._bin_hz
        start_s = (run.start + _EDGE_FRAMES + 0.5) * hop_s
        rate = _BINS / (2 * hop_s)
        nominal_hz = min(self._nominal_hz, key=lambda hertz: abs(math.log(carrier_hz / hertz)))
        return [Tone(start_s, rate, carrier_hz, nominal_hz, np.concatenate(pieces, axis=1))]


def find_tones(
    audio: Audio, rate: int, nominal_hz: Sequence[float] = NOMINAL_HZ
) -> tuple[Tone, ...]:
    """Return the steady tones in sound of shape (2, samples) at `rate` hertz."""
    tracker = ToneTracker(rate, nominal_hz)
    return (*tracker.feed(audio), *tracker.finish())
