"""Level of the programme, step by step."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_FLOOR = 1e-12
"""-120 dBFS"""


def level_db(audio: Array, hop: int) -> tuple[float, float]:
    """RMS of left and right in dBFS, of (2, cells * hop) samples.

    Each cell's own straight line is taken off first, which leaves out what lies below some
    100 Hz: rumble and warp are often louder than a quiet passage, and are no programme.
    """
    cells = audio.reshape(2, -1, hop)
    ramp = np.linspace(-1.0, 1.0, hop, dtype=np.float32)
    ramp /= np.sqrt(np.square(ramp).sum())
    line = np.square(cells @ ramp) / hop
    power = (cells.var(axis=2) - line).mean(axis=1)
    left, right = 10.0 * np.log10(np.maximum(power, _FLOOR))
    return float(left), float(right)
