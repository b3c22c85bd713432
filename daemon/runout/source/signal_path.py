"""Whether what a device brings can be the sound of a preamp at all."""

from collections import deque
from typing import Literal

import numpy as np

from runout.source.block import Samples

SignalState = Literal["ok", "silent", "clipping"]

SIGNAL_WORDS: dict[SignalState, str] = {
    "ok": "sound arrives again as it should",
    "silent": "brings nothing but digital zeros; is the preamp on, and its input the right one?",
    "clipping": "has been clipping for a minute or more; turn the preamp's gain down",
}
"""One line for the log when a state begins"""

SILENT_S = 60.0
"""Seconds of nothing but digital zeros that no preamp gives: its own noise is -80 to -86 dBFS, and
16 bits go down to -90"""
_CLIPPING_OVER_S = 120
"""Seconds that are looked back over for clipping"""
_FULL_SCALE = 32_766 / 32_768
"""Of the sample values. Converters stop at the last or the last but one of 16 bits"""
_RUN = 3
"""Full samples in a row that are a cut-off crest, and not just a peak that touches full scale"""
_BEGINS, _ENDS = 0.5, 0.1
"""Share of seconds with cut-off crests from which on, and below which no longer, it clips"""


class SignalPath:
    """Follows one stream."""

    def __init__(self, sample_rate: float) -> None:
        """`sample_rate` in hertz."""
        self._rate = sample_rate
        self._zeros = 0
        self._second = 0
        self._cut = False
        self._seconds: deque[bool] = deque(maxlen=_CLIPPING_OVER_S)
        self._clipping = False

    @property
    def state(self) -> SignalState:
        """`silent`: no signal path; `clipping`: for minutes, the preamp is set too high."""
        if self._zeros >= SILENT_S * self._rate:
            return "silent"
        return "clipping" if self._clipping else "ok"

    def feed(self, samples: Samples) -> None:
        """Take the next samples, shape (frames, 2)."""
        sounding = np.flatnonzero(samples.any(axis=1))
        self._zeros = (
            len(samples) - 1 - int(sounding[-1]) if len(sounding) else (self._zeros + len(samples))
        )
        full = np.abs(samples) >= _FULL_SCALE
        if full.any():
            in_a_row = full[: -_RUN + 1] & full[1 : -_RUN + 2] & full[_RUN - 1 :]
            self._cut = self._cut or bool(in_a_row.any())
        self._second += len(samples)
        if self._second >= self._rate:
            self._second, self._cut, cut = 0, False, self._cut
            self._seconds.append(cut)
            share = sum(self._seconds) / _CLIPPING_OVER_S
            self._clipping = share >= (_ENDS if self._clipping else _BEGINS)
