"""Surface noise, rumble and hum: what lies under every record and is no click."""

import numpy as np
import numpy.typing as npt

from runout_training.corpus.tracks import RATE

Sound = npt.NDArray[np.float64]


def surface_noise(rng: np.random.Generator, samples: int) -> Sound:
    """Steady groove noise of unit RMS, shape (2, samples), partly the same in both channels.

    Its spectrum falls by 0 to 6 dB an octave: worn vinyl hisses, shellac is nearly white.
    """
    walls = np.stack([_sloped(rng, samples) for _ in range(2)])
    shared = rng.uniform(0.0, 0.9)
    walls[1] = shared * walls[0] + np.sqrt(1 - shared**2) * walls[1]
    return np.asarray(walls / np.sqrt(np.mean(walls**2)))


def rumble_and_hum(rng: np.random.Generator, samples: int) -> Sound:
    """Vertical rumble below 40 Hz and mains hum, peak 1, shape (2, samples)."""
    time = np.arange(samples) / RATE
    rumble = sum(
        rng.uniform(0.2, 1.0) * np.sin(2 * np.pi * rng.uniform(5, 40) * time + rng.uniform(0, 6.3))
        for _ in range(5)
    )
    mains = rng.choice((50.0, 60.0))
    hum = sum(
        rng.uniform(0, 1.0) / n * np.sin(2 * np.pi * n * mains * time + rng.uniform(0, 6.3))
        for n in range(1, 7)
    )
    share = rng.random()
    sound = np.stack((rumble * share + hum * (1 - share), -rumble * share + hum * (1 - share)))
    return np.asarray(sound / np.abs(sound).max())


def _sloped(rng: np.random.Generator, samples: int) -> Sound:
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    hertz = np.fft.rfftfreq(samples, 1 / RATE)
    slope = rng.uniform(0.0, 1.0)
    return np.fft.irfft(spectrum / np.maximum(hertz, 30.0) ** slope, samples)
