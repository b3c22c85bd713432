"""Sound as the page draws it: an envelope, a spectrum and levels, ten times a second.

The front end's own rows are of no use for it: their level is taken off, so that grades are blind
to gain.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.features.mel import mel_matrix
from runout.features.params import FeatureParams
from runout.report.messages import Fields, rounded

Array = npt.NDArray[np.float32]

HOP_S = 0.05
"""Seconds of a column of the picture"""
HOPS = 2
"""Columns that are told at once"""
BANDS = 40
"""Of the spectrum, mel, 60 Hz to 20 kHz"""
FLOOR_DB = -100.0
"""What a spectrum's 0 stands for; its 255 is 0 dBFS, a sine at full scale on both channels"""
_HANN_BINS = 1.5
"""Equivalent noise bandwidth of the Hann window, in bins (Harris 1978, table 1)"""


@dataclass(frozen=True, slots=True)
class Picture:
    """HOPS columns."""

    at_s: float
    """Seconds from the start of the source to where the first begins"""
    envelope: npt.NDArray[np.int8]
    """Shape (HOPS, 4): least and greatest sample of left, then of right; 127 is full scale"""
    spectrum: npt.NDArray[np.uint8]
    """Shape (HOPS, BANDS)"""
    level_db: tuple[float, float]
    """dBFS RMS of left and right, -inf in digital silence"""
    peak_db: tuple[float, float]
    """dBFS of the greatest sample of left and right"""

    def fields(self) -> Fields:
        """Return what the page is told."""
        (left, right), (left_peak, right_peak) = self.level_db, self.peak_db
        return {
            "at_s": rounded(self.at_s, 3),
            "hop_s": HOP_S,
            "envelope": self.envelope.tolist(),
            "spectrum": self.spectrum.tolist(),
            "level_db": {"left": rounded(left, 1), "right": rounded(right, 1)},
            "peak_db": {"left": rounded(left_peak, 1), "right": rounded(right_peak, 1)},
        }


class Painter:
    """Draws one stream."""

    def __init__(self, sample_rate: int) -> None:
        """Take the rate of the source in hertz."""
        self._rate = sample_rate
        self._hop = round(HOP_S * sample_rate)
        # Nearly a column long, whatever the rate.
        n_fft = 2 ** math.floor(math.log2(self._hop))
        self._n_fft = n_fft
        window = np.hanning(n_fft + 1)[:-1]
        self._window = window.astype(np.float32)
        params = FeatureParams(sample_rate=sample_rate, n_fft=n_fft, n_mels=BANDS)
        matrix = mel_matrix(params)
        # The filters are of unit area; here each is to have the gain 1 where it is highest, so that
        # a band has the level of the sine in it.
        peaks = matrix.max(axis=0, initial=0.0)
        unit = matrix / np.where(peaks > 0.0, peaks, 1.0)
        amplitude = np.sum(window) / 2.0
        self._mel = (unit / (2.0 * _HANN_BINS * amplitude**2)).astype(np.float32)
        self._rest: Array = np.zeros((2, 0), np.float32)
        self._at = 0

    def skip(self, to: int) -> None:
        """Pass over sound that nobody wants to see, up to sample `to` of the stream."""
        self._at = to
        self._rest = self._rest[:, :0]

    def feed(self, samples: Array) -> Iterator[Picture]:
        """Take samples of shape (frames, 2); yield the pictures that they complete."""
        # A row a channel: numpy is many times faster along contiguous rows.
        sound = np.concatenate((self._rest, np.ascontiguousarray(samples.T)), axis=1)
        length = HOPS * self._hop
        whole = sound.shape[1] // length * length
        for start in range(0, whole, length):
            yield self._picture(np.ascontiguousarray(sound[:, start : start + length]))
            self._at += length
        self._rest = sound[:, whole:]

    def _picture(self, sound: Array) -> Picture:
        columns = sound.reshape(2, HOPS, self._hop)
        extremes = np.stack((columns.min(axis=2), columns.max(axis=2)), axis=-1)
        envelope = np.clip(np.rint(127.0 * extremes), -127, 127).astype(np.int8)
        middle = (self._hop - self._n_fft) // 2
        spectrum = fft.rfft(columns[:, :, middle : middle + self._n_fft] * self._window, axis=-1)
        power = (spectrum.real**2 + spectrum.imag**2).sum(axis=0) @ self._mel
        band_db = 10.0 * np.log10(np.maximum(power, np.float32(1e-10)))
        scaled = np.rint(255.0 * (1.0 - band_db / FLOOR_DB))
        rms = np.sqrt(np.mean(np.square(sound, dtype=np.float64), axis=1))
        peak = np.abs(extremes).max(axis=(1, 2))
        return Picture(
            self._at / self._rate,
            envelope.transpose(1, 0, 2).reshape(HOPS, 4),
            np.clip(scaled, 0, 255).astype(np.uint8),
            (_db(rms[0]), _db(rms[1])),
            (_db(peak[0]), _db(peak[1])),
        )


def _db(amplitude: float) -> float:
    return 20.0 * math.log10(amplitude) if amplitude > 0.0 else -math.inf
