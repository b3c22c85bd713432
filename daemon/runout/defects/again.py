"""Whether a stretch of sound was heard before, a given while ago.

Two looks. The coarse one is at the envelope of the sound's sharp part, in bins of 1.5 ms: cheap
enough to take all the time, and blind to the flutter of a platter, which shifts a waveform by
more than a wave. The fine one is at the sharp part itself, in both channels: music may repeat
itself, the hiss of the groove under it doesn't, unless the needle is in the same groove again.
"""

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.kept import Kept

Array = npt.NDArray[np.float32]

_BIN = 64
"""Samples in a bin of the envelope"""
_EVEN = np.full(_BIN, 1.0 / _BIN, np.float32)
_LOCAL = 35
"""Bins (51 ms) whose mean is taken off: what is compared is when the sound is sharp, not how"""
_KEPT_S = 7.5
"""Two turns of a slow LP, and two more of the slowest repeat that is looked for"""
_PART = 32
"""Bins (46 ms) that are compared on their own"""
FINE_PART = 256
"""Samples (5.8 ms) that are compared on their own: in 23 ms a drive's flutter of 0.2 % moves the
treble by a whole wave. Of 25 simulated skips, the median part was alike by 0.81 there (at the
median; 0.32 in the worst tenth of them) and is by 0.93 here (0.77), by its second difference. By
the first, which has less of the preamp's noise, a noisy one was alike by 0.98 and not 0.70"""
FINE_REACH = 88
"""Samples (2 ms) by which a lag may be off: by the width of a bin, and the platter's flutter"""
_FINER = 4
"""Steps in a sample: half a sample off, the treble at 11 kHz is alike by 0.7 at most"""
_FAINT = 1e-6
"""-120 dBFS: below that no envelope is told"""
_TINY = 1e-12


class Past:
    """The last seconds of a stream of sound."""

    def __init__(self, rate: int) -> None:
        """`rate` hertz is the analysis rate."""
        self.rate = rate
        self.bin_rate = rate / _BIN
        kernel = np.full(_LOCAL, -1.0 / _LOCAL)
        kernel[_LOCAL // 2 - 1 : _LOCAL // 2 + 2] += (0.25, 0.5, 0.25)
        self._kernel = kernel.astype(np.float32)
        self._level: Array = np.zeros(_LOCAL - 1, np.float32)
        self._envelope: Array = np.zeros(round(_KEPT_S * self.bin_rate), np.float32)
        self._last = np.float32(0.0)
        self._kept = Kept(round(_KEPT_S * rate))

    @property
    def heard(self) -> int:
        """Samples at the analysis rate, a whole number of bins."""
        return self._kept.end

    @property
    def start(self) -> int:
        """The first sample that is held."""
        return self._kept.start

    @property
    def told(self) -> int:
        """Samples up to which the envelope is told: some 25 ms less than were heard."""
        return self.heard - _LOCAL // 2 * _BIN

    def feed(self, audio: Array) -> None:
        """Take sound of shape (2, samples); a remainder that makes no whole bin is lost."""
        samples = audio.shape[1] // _BIN * _BIN
        if samples == 0:
            return
        audio = np.ascontiguousarray(audio[:, :samples])
        lateral = np.empty(1 + samples, np.float32)
        lateral[0] = self._last
        np.add(audio[0], audio[1], out=lateral[1:])
        self._last = lateral[-1]
        sharp = lateral[1:] - lateral[:-1]
        np.abs(sharp, out=sharp)
        level = np.log(sharp.reshape(-1, _BIN) @ _EVEN + np.float32(_FAINT))
        known = np.concatenate((self._level, level))
        fresh = np.convolve(known, self._kernel, "valid")[-len(self._envelope) :]
        self._level = known[1 - _LOCAL :]
        self._envelope[: -len(fresh)] = self._envelope[len(fresh) :]
        self._envelope[-len(fresh) :] = fresh
        self._kept.feed(audio)

    def between(self, start: int, end: int) -> Array:
        """Samples `start` to `end`, which must all be held: (2, end - start)."""
        return self._kept.between(start, end)

    def best_lag(self, seconds: float, least: int, most: int) -> tuple[int, float]:
        """The lag, from `least` to `most` bins, at which the last `seconds` are most like before.

        Returns it with its correlation coefficient.
        """
        envelope = self._envelope
        length = round(seconds * self.bin_rate)
        template = envelope[-length:]
        before = envelope[len(envelope) - length - most : len(envelope) - least]
        products = np.correlate(before, template)
        sums = np.concatenate(([0.0], np.square(before).cumsum()))
        powers = (sums[length:] - sums[:-length]) * float(template @ template)
        alike = products / np.sqrt(np.maximum(powers, _TINY))
        place = int(alike.argmax())
        return most - place, float(alike[place])

    def alike(self, lag: int) -> Array:
        """How alike each part of 46 ms is to what was `lag` bins before it.

        Correlation coefficients of the parts as far back as can be told, the newest last.
        """
        envelope = self._envelope
        parts = (len(envelope) - lag) // _PART
        length = parts * _PART
        end = len(envelope)
        now = envelope[end - length :].reshape(parts, _PART)
        then = envelope[end - length - lag : end - lag].reshape(parts, _PART)
        powers = np.square(now).sum(axis=1) * np.square(then).sum(axis=1)
        coefficients: Array = (now * then).sum(axis=1) / np.sqrt(np.maximum(powers, _TINY))
        return coefficients

    @property
    def part_s(self) -> float:
        """Seconds in a part of `alike`."""
        return _PART / self.bin_rate

    def finely_alike(self, start: int, end: int, lag: int) -> Array:
        """How alike the sharp part of samples `start` to `end` is to what was `lag` before.

        Correlation coefficients over both channels of parts of 5.8 ms, at lags one sample apart
        from `lag + FINE_REACH` down to `lag - FINE_REACH`, each the best of four within that
        sample; shape (parts, lags), the oldest part first. No parts where it isn't held.
        """
        reach = FINE_REACH
        places = 2 * reach + 1
        parts = (min(end, self.heard - 1) - start) // FINE_PART
        if parts < 1 or start - lag - reach < self._kept.start:
            return np.zeros((0, places), np.float32)
        span = parts * FINE_PART
        now = self._sharp(start, span).reshape(2, parts, -1)
        width = FINE_PART + 2 * reach
        known = self._sharp(start - lag - reach, span + 2 * reach)
        then = np.lib.stride_tricks.sliding_window_view(known, width, axis=1)[:, ::FINE_PART]
        size = fft.next_fast_len(width, real=True)
        spectra = fft.rfft(then, size, axis=2) * np.conj(fft.rfft(now, size, axis=2))
        finer = fft.irfft(spectra.sum(axis=0), size * _FINER, axis=1) * _FINER
        # Half a sample to either side of each lag.
        around = np.roll(finer, _FINER // 2, axis=1)[:, : places * _FINER]
        products = around.reshape(parts, places, _FINER).max(axis=2)
        sums = np.cumsum(np.square(then).sum(axis=0), axis=1)
        powers = sums[:, FINE_PART - 1 :].copy()
        powers[:, 1:] -= sums[:, : 2 * reach]
        own = np.square(now).sum(axis=(0, 2))
        alike: Array = products / np.sqrt(np.maximum(powers * own[:, None], _TINY))
        return alike

    def _sharp(self, start: int, samples: int) -> Array:
        """The difference of so many samples from the next."""
        return np.diff(self._kept.between(start, start + samples + 1), axis=1)
