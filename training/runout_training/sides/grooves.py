"""What is the same from a side's beginning to its end: groove noise, rumble, hum, the preamp.

Each is drawn once. Noise is drawn for half a minute and played in a loop, which is the
Fourier transform's own period, so that it has no seam. The same hiss comes back after sixteen turns
of an LP and more, and nothing that listens looks back so far.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from runout.measure.noise import bs468
from runout_training.corpus.tracks import RATE
from runout_training.wear.clock import Clock
from runout_training.wear.hum import hum
from runout_training.wear.noise import groove_noise
from runout_training.wear.rumble import rumble
from runout_training.wear.worn import Sound, Worn

Narrow = npt.NDArray[np.float32]

LOOP = 30 * RATE
"""Samples, whose factors are small: the transform needs no padding"""
_HUM = 10 * RATE
"""Samples of a loop of hum: whole periods of 50 and 60 Hz"""
_SEAM_S = 0.5
_PREAMP_DBFS = (-86.0, -80.0)
_UNDER_GROOVE_DB = -12.0
_RUMBLE_DOWN_DB = (28.0, 50.0)


@dataclass(frozen=True, slots=True)
class Loop:
    """Sound that goes on without end."""

    sound: Narrow
    """One period, (2, samples)"""

    def at(self, start: int, samples: int) -> Narrow:
        """`samples` of it from sample `start` on."""
        period = self.sound.shape[1]
        head = np.roll(self.sound, -(start % period), axis=1)
        return np.ascontiguousarray(np.tile(head, (1, -(-samples // period)))[:, :samples])


def noise(rng: np.random.Generator, level: float) -> Loop:
    """Groove noise of that RMS in the louder channel, weighted by ITU-R 468."""
    sound = groove_noise(rng, LOOP)
    weighted = max(_weighted(row) for row in sound)
    return Loop((sound * (level / weighted)).astype(np.float32))


def rumbling(rng: np.random.Generator, clock: Clock, reference: float) -> Loop:
    """Rumble and warp 28 to 50 dB below a level; the warp keeps to the platter."""
    turns = round(60.0 / clock.period_s)
    period, seam = round(turns * clock.period_s * RATE), round(_SEAM_S * RATE)
    level = Worn(np.ones((2, period + seam)), clock)
    sound = (rumble(rng, level, rng.uniform(*_RUMBLE_DOWN_DB)).sound - level.sound) * reference
    rise = np.sqrt(np.linspace(0.0, 1.0, seam))
    sound[:, :seam] = sound[:, :seam] * rise + sound[:, period:] * rise[::-1]
    return Loop(sound[:, :period].astype(np.float32))


def humming(rng: np.random.Generator, reference: float, over_db: float) -> Loop:
    """Mains hum `over_db` over a level, 50 or 60 Hz."""
    level = Worn(np.ones((2, _HUM)), Clock(100 / 3))
    sound = _to_loop(hum(rng, level, -over_db).sound - level.sound)
    return Loop((sound * reference).astype(np.float32))


def preamp(rng: np.random.Generator, groove: float) -> Loop:
    """What a preamp gives with the needle up: white noise at -86 to -80 dBFS.

    Softer where it would cover a groove whose noise has the weighted RMS `groove`: that one needs
    a better preamp, or nobody hears where it is lowered.
    """
    level = min(10 ** (rng.uniform(*_PREAMP_DBFS) / 20), groove * 10 ** (_UNDER_GROOVE_DB / 20))
    return Loop(rng.standard_normal((2, LOOP), np.float32) * np.float32(level))


def _to_loop(sound: Sound) -> Sound:
    """The lines of a spectrum nearest to whole periods, so that it closes on itself."""
    spectrum = fft.rfft(sound * np.hanning(sound.shape[1]), axis=1)
    power = np.sum(np.abs(spectrum) ** 2, axis=0)
    peak = (
        (power >= np.roll(power, 1)) & (power > np.roll(power, -1)) & (power > 1e-6 * power.max())
    )
    closed = np.asarray(fft.irfft(np.where(peak, spectrum, 0.0), sound.shape[1]))
    return np.asarray(closed * np.sqrt(np.mean(sound**2) / np.mean(closed**2)))


def _weighted(row: Sound) -> float:
    """RMS of one channel, weighted by ITU-R 468."""
    power = np.abs(fft.rfft(row)) ** 2
    weights = bs468(fft.rfftfreq(len(row), 1 / RATE))
    return float(np.sqrt(2.0 * np.sum(power * weights)) / len(row))
