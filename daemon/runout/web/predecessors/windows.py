"""A sound file as these models hear it: mono at 16 kHz, in windows of 3 s."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr

from runout.grade_file import check_length
from runout.source.file import FileSource
from runout.web.predecessors.figures import HOP_S, RATE, WINDOW_S, Mono

_BLOCK_S = 0.5
_WINDOW = round(WINDOW_S * RATE)
_HOP = round(HOP_S * RATE)
_ROUNDING = 2
"""Samples that resampling may give more or less; an end so short is no window's"""


def windows(path: Path, longest_s: float) -> Iterator[tuple[float, Mono]]:
    """Where each window begins, in seconds, and its sound: a second after the one before.

    The last is the file's last 3 s, wherever they begin; a file that is shorter is one window.
    Raises RunoutError where the file can't be heard to its end, or is longer than `longest_s`.
    """
    # From one hop before the next window on, for the last one reaches back as far.
    held: Mono = np.zeros(0, np.float32)
    begin = 0
    begun = 0
    for piece in _mono(path, longest_s):
        held = np.concatenate((held, piece))
        while begin + len(held) >= begun + _WINDOW:
            yield begun / RATE, held[begun - begin :][:_WINDOW]
            held = held[begun - begin :]
            begin, begun = begun, begun + _HOP
    end = begin + len(held)
    if begun == 0 and end > 0:
        yield 0.0, held
    elif begun > 0 and end - (begin + _WINDOW) > _ROUNDING:
        yield (end - _WINDOW) / RATE, held[-_WINDOW:]


def _mono(path: Path, longest_s: float) -> Iterator[Mono]:
    source = FileSource(path, _BLOCK_S)
    check_length(path, source.duration_s or 0.0, longest_s)
    resampler = soxr.ResampleStream(source.sample_rate, RATE, 1, dtype="float32")
    for block in source.blocks():
        check_length(path, block.start / source.sample_rate, longest_s)
        yield resampler.resample_chunk(block.samples.mean(axis=1))
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)
