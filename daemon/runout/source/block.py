"""What every source hands on: stereo samples in order, and where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of consecutive frames."""

    samples: Samples
    """Float32, shape (frames, 2), left and right, full scale at 1.0; mono is on both channels"""
    start: int
    """Frame number of the first frame since the source began, at the source's own rate"""


class Source(Protocol):
    """Where blocks come from: a file or a capture device."""

    @property
    def name(self) -> str:
        """What a person calls this source: the file's name or the device's."""

    @property
    def sample_rate(self) -> int:
        """Hertz, the source's own."""

    @property
    def duration_s(self) -> float | None:
        """Seconds, or None where it isn't known ahead (a live record)."""

    def blocks(self) -> Iterator[Block]:
        """Yield blocks in order until the source ends; raise RunoutError when it fails."""

    def close(self) -> None:
        """Stop and let go of the file or device; blocks() then ends. Safe from a signal handler."""
