"""Mistracking: at the music's peaks the stylus leaves the groove wall, and tears.

A stylus is held to the wall by the tracking force F against the tip's effective mass m: where the
groove asks for more acceleration than F / m (10 mN over 0.5 to 1 mg: 10 to 20 km/s2), contact goes
(J. Kogen, "Trackability", Audio, November and December 1966). One wall's signal is then cut down to
its mean about it (10 ms), and when the stylus lands it rattles at the resonance of tip mass and
vinyl, 8 to 18 kHz. It meets the treble first, sibilants above all, and the right wall more than the
left, from which the skating force pulls toward the label. To be put on before impulses.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from runout_training.corpus.tracks import RATE
from runout_training.wear.regions import audible
from runout_training.wear.velocity import cut, played
from runout_training.wear.worn import Sound, Worn

HEARD_DB = -26.0
"""Damage over programme, 5 %, from which it is truth: a tear is rough, and heard early"""
_LIMIT = (0.45, 0.9)
"""Acceleration at which contact is lost, of the largest in the sound"""
_FLIGHT_S = (0.0003, 0.002)
"""How long the stylus is out of touch after each such place"""
_EDGE_S = 0.0001
_RATTLE_HZ = (8_000.0, 18_000.0)
_RATTLE = (0.15, 1.0)
"""Of the groove's velocity about it"""
_BOTH_SHARE, _RIGHT_SHARE = 0.3, 0.5


def mistracking(
    rng: np.random.Generator, worn: Worn, limit: float | None = None, mono: bool = False
) -> Worn:
    """Tear the walls where acceleration passes `limit` times the largest in the sound.

    Truth where the damage stands at HEARD_DB over the programme or more; `over_db` is its ratio
    to it.
    """
    velocity = cut(worn.sound)
    sideways = velocity[0] + velocity[1]
    asked = np.abs(np.diff(sideways, prepend=sideways[0]))
    share = float(rng.uniform(*_LIMIT)) if limit is None else limit
    lost = asked > share * asked.max()
    away = _flight(lost, round(float(rng.uniform(*_FLIGHT_S)) * RATE))
    size = ndimage.uniform_filter1d(np.abs(sideways), round(0.01 * RATE))
    draw = rng.random()
    walls = np.array((1.0, 1.0))
    if not mono and draw >= _BOTH_SHARE:
        # The other wall isn't quite spared: the stylus is one piece.
        walls[0 if draw < _BOTH_SHARE + _RIGHT_SHARE else 1] = rng.uniform(0.0, 0.15)
    rattle = _rattle(rng, worn.sound.shape[1]) * (size * away * rng.uniform(*_RATTLE))
    held = np.clip(velocity, -0.5 * size, 0.5 * size)
    damage = walls[:, None] * ((held - velocity) * away + 0.5 * rattle)
    after = worn.sound + played(damage)
    return worn.with_truth(
        after, *audible(worn.sound, after, HEARD_DB, "distortion", "mistracking")
    )


def _flight(lost: npt.NDArray[np.bool_], length: int) -> Sound:
    """0 to 1: how far the stylus is out of touch, from each `lost` place on."""
    since: npt.NDArray[np.int64] = np.cumsum(lost, dtype=np.int64)
    away = since.copy()
    away[length:] -= since[:-length]
    edge = round(_EDGE_S * RATE)
    return np.asarray(ndimage.uniform_filter1d((away > 0).astype(np.float64), 2 * edge + 1))


def _rattle(rng: np.random.Generator, samples: int) -> Sound:
    """Noise of unit RMS about the tip's resonance."""
    noise = rng.standard_normal(samples, np.float32).astype(np.float64)
    turn = 2 * np.pi * float(rng.uniform(*_RATTLE_HZ)) / RATE
    # Three taps that pass `turn` best: enough of a resonance for something so damped.
    taps = np.array((np.cos(2 * turn), np.cos(turn), 1.0))
    return np.convolve(noise, taps / np.sqrt(np.sum(taps**2)), mode="same")
