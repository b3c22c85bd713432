"""A second pass over the sound file: what the pictures of it are drawn from, and cuts to hear.

Block by block, so that what it needs doesn't grow with the file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.source.block import Samples
from runout.source.file import FileSource

Array = npt.NDArray[np.float32]

COLUMNS = 1000
"""Of waveform and spectrogram at most"""
ROWS = 160
"""Of the spectrogram, evenly over the octaves"""
LOWEST_HZ, HIGHEST_HZ = 50.0, 20_000.0
FRAME_S = 0.046
"""Of the spectrogram: 2048 samples at 44.1 kHz"""
_BLOCK_S = 1.0
_LEAST_POWER = 1e-14


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of the file that is wanted, in frames; `end` is the one past its last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """A sound file, in a picture's columns."""

    peak: Array
    """Largest magnitude of either channel, full scale at 1, (columns)"""
    rms: Array
    """RMS of the louder channel, (columns)"""
    spectrum_db: Array
    """Power density of both channels, dB of full scale squared a hertz, lowest first, (rows,
    columns)"""
    cuts: tuple[Samples, ...]
    """Float32, (frames, 2), one for each that was wanted, in order; cut short by the file's end"""


def scan(
    path: Path,
    frames: int,
    wanted: Sequence[Cut],
    progress: Callable[[float], None],
    also: Callable[[Samples, int], None] | None = None,
) -> Scan:
    """Read the sound file of `frames` frames once more; `progress` is told the share done.

    `also` is given the samples, (frames, 2), and the number of their first frame, in passing.
    """
    source = FileSource(path, _BLOCK_S)
    columns = max(1, min(COLUMNS, frames // 32))
    width = frames / columns
    shape = _Waveform(columns, width)
    spectrum = _Spectrum(source.sample_rate, columns, width)
    pieces: list[list[Samples]] = [[] for _ in wanted]
    for block in source.blocks():
        end = block.start + len(block.samples)
        shape.feed(block.samples, block.start)
        spectrum.feed(block.samples)
        if also is not None:
            also(block.samples, block.start)
        for cut, kept in zip(wanted, pieces, strict=True):
            low, high = max(cut.start, block.start), min(cut.end, end)
            if low < high:
                kept.append(block.samples[low - block.start : high - block.start].copy())
        progress(min(1.0, end / frames))
    nothing = np.zeros((0, 2), np.float32)
    return Scan(
        shape.peak,
        shape.rms(),
        spectrum.finish(),
        tuple(np.concatenate([nothing, *kept]) for kept in pieces),
    )


class _Waveform:
    """Peak and power of each column."""

    def __init__(self, columns: int, width: float) -> None:
        self._width = width
        self._last = columns - 1
        self.peak = np.zeros(columns, np.float32)
        self._power = np.zeros((columns, 2))
        self._count = np.zeros(columns)

    def feed(self, samples: Samples, start: int) -> None:
        """Take the next samples, (frames, 2)."""
        end = start + len(samples)
        first = min(int(start / self._width), self._last)
        last = min(int((end - 1) / self._width), self._last)
        edges = np.ceil(np.arange(first + 1, last + 1) * self._width).astype(np.int64)
        offsets = np.concatenate(([start], edges[edges < end])) - start
        hit = slice(first, first + len(offsets))
        high = np.maximum.reduceat(np.abs(samples).max(axis=1), offsets)
        self.peak[hit] = np.maximum(self.peak[hit], high)
        self._power[hit] += np.add.reduceat(samples * samples, offsets, dtype=np.float64)
        self._count[hit] += np.diff(offsets, append=len(samples))

    def rms(self) -> Array:
        """RMS of the louder channel, (columns)."""
        mean = self._power.max(axis=1) / np.maximum(self._count, 1.0)
        return np.asarray(np.sqrt(mean), np.float32)


class _Spectrum:
    """Mean power of each column in rows that are evenly spread over the octaves."""

    def __init__(self, rate: int, columns: int, width: float) -> None:
        self._size = int(fft.next_fast_len(round(FRAME_S * rate), real=True))
        # No column goes without a frame, and no sound goes unheard.
        self._hop = max(1, min(self._size // 2, int(width)))
        self._width = width
        self._window = np.hanning(self._size).astype(np.float32)
        self._window /= np.sqrt(np.sum(self._window**2) * rate / 2)
        self._weights = _weights(self._size, rate)
        self._sum = np.zeros((columns, ROWS))
        self._count = np.zeros(columns)
        self._left = np.zeros((self._size // 2, 2), np.float32)
        self._frames = 0

    def feed(self, samples: Samples) -> None:
        """Take the next samples, (frames, 2)."""
        sound = np.concatenate((self._left, samples))
        count = (len(sound) - self._size) // self._hop + 1
        if count <= 0:
            self._left = sound
            return
        frames = np.lib.stride_tricks.sliding_window_view(sound, self._size, axis=0)
        # A few frames at a time: in a short file they overlap by much.
        for first in range(0, count, 64):
            some = frames[first * self._hop : min(first + 64, count) * self._hop : self._hop]
            bins = fft.rfft(some * self._window, axis=-1)
            power = (bins.real**2 + bins.imag**2).sum(axis=1) @ self._weights
            # The sound was preceded by half a frame of silence, so a frame's start is its middle.
            middle = (self._frames + np.arange(len(some))) * self._hop
            column = np.minimum((middle / self._width).astype(np.int64), len(self._count) - 1)
            np.add.at(self._sum, column, power)
            self._count += np.bincount(column, minlength=len(self._count))
            self._frames += len(some)
        self._left = sound[count * self._hop :]

    def finish(self) -> Array:
        """Return dB of full scale squared a hertz, (rows, columns)."""
        self.feed(np.zeros((self._size // 2 + self._hop, 2), np.float32))
        mean = self._sum / np.maximum(self._count, 1.0)[:, None]
        return np.asarray(10.0 * np.log10(np.maximum(mean, _LEAST_POWER)).T, np.float32)


def row_edges_hz() -> npt.NDArray[np.float64]:
    """Where the spectrogram's rows meet, hertz, (rows + 1)."""
    return np.geomspace(LOWEST_HZ, HIGHEST_HZ, ROWS + 1)


def _weights(size: int, rate: int) -> Array:
    """Mean over each row of a density that is even within a bin, (bins, rows)."""
    edges = row_edges_hz()
    step = rate / size
    low = (np.arange(size // 2 + 1) - 0.5) * step
    overlap = np.minimum(low[:, None] + step, edges[1:]) - np.maximum(low[:, None], edges[:-1])
    return np.asarray(np.maximum(overlap, 0.0) / np.diff(edges), np.float32)
