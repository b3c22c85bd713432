"""Tracing distortion, worst in the inner grooves, and the wear that it leaves in them.

A round tip of radius r does not follow the groove that a chisel cut, but the curve in parallel to
it: the centre of the tip runs ahead or behind by r times the slope. To the first order (Lewis and
Hunt, "A theory of tracing distortion in sound reproduction from phonograph records", J. Acoust.
Soc. Am. 12, 1941; for 45/45 stereo Corrington and Murakami, RCA Review 25, 1964) each wall adds r v
a / V^2 to its velocity v, with a = dv/dt and V the groove's speed under the tip: second harmonic,
growing with level, with frequency squared over wavelength, and toward the label. r a / V^2 is the
tip's radius over that of the groove's bend; beyond 1 the tip doesn't fit and what it adds is
bounded here by the velocity itself. The walls' normals point apart, so that a lateral signal's
distortion is vertical: the pinch effect.

Groove wear: a tip that did not fit has ploughed those bends in earlier playings, which leaves them
more crooked (one to six times, a guess) and rough: noise that comes and goes with what tracing
adds. To be put on before impulses. Summed to mono, a lateral cut's distortion is gone, as on a mono
pick-up.
"""

import numpy as np
from scipy import ndimage

from runout_training.corpus.tracks import RATE
from runout_training.wear.regions import audible
from runout_training.wear.velocity import cut, played
from runout_training.wear.worn import Sound, Worn

HEARD_DB = -26.0
"""Damage over programme, 5 %, from which it is truth"""
_RADIUS_M = (0.055, 0.146)
"""Of the groove: end and start of an LP side"""
_PEAK_M_S = (0.08, 0.35)
"""Peak velocity of one wall, quiet cut to hot one; 5 cm/s is the reference level"""
_TIP_M = (5e-6, 18e-6)
"""Elliptical (side radius) to spherical, 0.7 mil"""
_TIP_78_M = (50e-6, 75e-6)
_FAST_RPM = 60.0
_CROOKED = (1.0, 6.0)
_ROUGH = (0.2, 1.0)
_ROUGH_S = 0.0005


def tracing(
    rng: np.random.Generator,
    worn: Worn,
    radius_m: float | None = None,
    tip_m: float | None = None,
    peak_m_s: float | None = None,
) -> Worn:
    """Tracing distortion at a groove radius, with a tip radius and a peak velocity of the music.

    What isn't given is drawn. Truth where the damage stands at HEARD_DB over the programme or
    more; `over_db` is its ratio to it.
    """
    added = _traced(rng, worn, radius_m, tip_m, peak_m_s)
    return _told(worn, played(added), "tracing")


def groove_wear(rng: np.random.Generator, worn: Worn, roughness: float | None = None) -> Worn:
    """Tracing distortion of ploughed walls, and their noise, `roughness` times what tracing adds.

    Truth as of `tracing`.
    """
    added = _traced(rng, worn, None, None, None, float(rng.uniform(*_CROOKED)))
    rough = float(rng.uniform(*_ROUGH)) if roughness is None else roughness
    size = ndimage.uniform_filter1d(np.abs(added), round(_ROUGH_S * RATE), axis=1)
    added += (rough * size) * rng.standard_normal(added.shape, np.float32)
    return _told(worn, played(added), "groove wear")


def _traced(
    rng: np.random.Generator,
    worn: Worn,
    radius_m: float | None,
    tip_m: float | None,
    peak_m_s: float | None,
    crooked: float = 1.0,
) -> Sound:
    """The velocity that tracing adds to a groove `crooked` times as bent as it was cut."""
    rpm = worn.clock.rpm
    tips = _TIP_78_M if rpm > _FAST_RPM else _TIP_M
    radius = float(rng.uniform(*_RADIUS_M)) if radius_m is None else radius_m
    tip = float(np.exp(rng.uniform(*np.log(tips)))) if tip_m is None else tip_m
    peak = float(np.exp(rng.uniform(*np.log(_PEAK_M_S)))) if peak_m_s is None else peak_m_s
    speed = 2 * np.pi * radius * rpm / 60
    velocity = cut(worn.sound)
    # Half the band is let through (to 6 dB at 11 kHz), or the harmonics would fold back.
    slow = 0.5 * velocity
    slow[:, 1:-1] += (9 / 32) * (velocity[:, :-2] + velocity[:, 2:])
    slow[:, 3:-3] -= (1 / 32) * (velocity[:, :-6] + velocity[:, 6:])
    scale = peak / (float(np.abs(slow).max()) + 1e-12)
    bend = np.zeros_like(slow)
    bend[:, 1:-1] = (slow[:, 2:] - slow[:, :-2]) * (0.5 * RATE * scale * tip * crooked / speed**2)
    added = slow * bend / np.sqrt(1.0 + bend**2)
    added[1] *= -1.0
    return np.asarray(added)


def _told(worn: Worn, damage: Sound, wear: str) -> Worn:
    after = worn.sound + damage
    return worn.with_truth(after, *audible(worn.sound, after, HEARD_DB, "distortion", wear))
