"""Peak and clipping of the input, as it comes: resampling would round the corners off."""

import numpy as np
import numpy.typing as npt

_FULL_SCALE = 0.9995
"""At or over this a sample may be clipped"""
_RUN = 3
"""... and is, if so many in a row are"""


class Headroom:
    """What a stretch of input leaves to full scale."""

    def __init__(self) -> None:
        self._samples = 0
        self._clipped = 0
        self._peak = 0.0

    def feed(self, samples: npt.NDArray[np.float32]) -> None:
        """Take samples of shape (frames, 2); a run that two blocks part may count as none."""
        if len(samples) == 0:
            return
        peak = max(float(samples.max()), -float(samples.min()))
        self._peak = max(self._peak, peak)
        self._samples += samples.size
        if peak >= _FULL_SCALE:
            self._clipped += _clipped(np.abs(samples))

    @property
    def clipped_percent(self) -> float:
        """Of the samples so far."""
        return 100.0 * self._clipped / max(self._samples, 1)

    def measurements(self) -> dict[str, float]:
        """By name, units in the names."""
        return {
            "clipped_percent": self.clipped_percent,
            "peak_dbfs": 20.0 * float(np.log10(max(self._peak, 1e-6))),
        }


def _clipped(magnitude: npt.NDArray[np.float32]) -> int:
    """Samples in runs of `_RUN` or more at full scale."""
    full = magnitude >= _FULL_SCALE
    if len(full) < _RUN:
        return 0
    core = full[: -_RUN + 1].copy()
    for shift in range(1, _RUN):
        core &= full[shift : len(full) - _RUN + 1 + shift]
    runs = np.zeros_like(full)
    for shift in range(_RUN):
        runs[shift : shift + len(core)] |= core
    return int(runs.sum())
