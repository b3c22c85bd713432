"""Tones of a test record for tests, as float32 of shape (2, samples)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RATE = 24_000
"""Hertz: enough for tones, and soon computed"""

Sound = npt.NDArray[np.float32]
Wow = tuple[float, float, float]
"""Hertz, peak in percent, phase in radians"""


def tone(
    seconds: float,
    hertz: float = 3150.0,
    wow: Sequence[Wow] = (),
    rate: int = RATE,
    left: float = 0.5,
    right: complex = 0.5,
    noise_db: float | None = -40.0,
    seed: int = 0,
) -> Sound:
    """A tone whose frequency is hertz * (1 + sum of percent / 100 * cos(2 pi f t + phase)).

    `left` and `right` are peaks; a complex one turns the phase. White noise, different in left and
    right, is `noise_db` under the louder channel's power.
    """
    time = np.arange(round(seconds * rate)) / rate
    turned = 2.0 * np.pi * hertz * time
    for often, percent, phase in wow:
        turned += hertz * percent / 100.0 / often * np.sin(2.0 * np.pi * often * time + phase)
    analytic = np.exp(1j * turned)
    sound = np.stack([(left * analytic).imag, (right * analytic).imag])
    if noise_db is not None:
        power = 0.5 * max(abs(left), abs(right)) ** 2
        rng = np.random.default_rng(seed)
        level = np.sqrt(power) * 10.0 ** (noise_db / 20.0)
        sound += level * rng.standard_normal(sound.shape)
    return sound.astype(np.float32)
