"""Static discharge: snaps of a charged record into the cartridge, sharp and in bursts.

Vinyl charges to kilovolts when it is drawn from its sleeve and by the brush; the charge jumps to
stylus or arm in sparks of nanoseconds. What is recorded is the answer of cartridge, preamp and
converter to one pulse: 5 to 40 us of decay, ringing at the cartridge's electrical resonance (0.5 H
with 150 to 400 pF: 11 to 18 kHz, damped by 47 kOhm), over in some 0.1 ms. The pulse is electrical,
not the groove's: it is in both channels at the same sample and of like sign. Sparks come until the
charge is gone: a few to some thirty in a burst of up to 1.5 s, ever rarer.
"""

import numpy as np
from scipy import signal

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import Wave
from runout_training.wear.place import Programme, Walls, put
from runout_training.wear.worn import Worn

_FINE = 8
"""Snaps are made at this many times the rate, then band-limited as by the converter"""
_BEFORE_S, _SECONDS = 0.0004, 0.0012
_DECAY_S = (5e-6, 25e-6)
_RING_HZ = (11_000.0, 18_000.0)
_RING_S = (8e-6, 25e-6)
_BURST_S = (0.05, 1.5)
_SNAPS = (2, 30)
_SPREAD_DB = 5.0
_TAPS = signal.firwin(8 * _FINE + 1, 20_500.0, fs=RATE * _FINE)


def snap(rng: np.random.Generator) -> Wave:
    """One discharge, peak 1, a tenth of it reached for five samples (0.11 ms) at most."""
    rate = RATE * _FINE
    time = np.arange(round(_SECONDS * rate)) / rate - _BEFORE_S - rng.uniform(0, 1 / RATE)
    since = np.maximum(time, 0.0)
    ring = np.cos(2 * np.pi * rng.uniform(*_RING_HZ) * since) * np.exp(
        -since / rng.uniform(*_RING_S)
    )
    wave = np.exp(-since / rng.uniform(*_DECAY_S)) + rng.uniform(0.0, 1.0) * ring
    wave = np.convolve(np.where(time >= 0, wave, 0.0), _TAPS, mode="same")[::_FINE]
    return np.asarray(wave / np.abs(wave).max())


def static(
    rng: np.random.Generator,
    worn: Worn,
    over_db: tuple[float, float] = (3.0, 30.0),
    snaps: tuple[int, int] = _SNAPS,
    mono: bool = False,
) -> Worn:
    """Put on one burst of snaps, each with its own truth of kind click."""
    sound = worn.sound.copy()
    programme = Programme(sound)
    samples = sound.shape[1]
    count = int(np.exp(rng.uniform(*np.log(snaps))) + 0.5)
    length = min(float(rng.uniform(*_BURST_S)), worn.seconds)
    begin = float(rng.uniform(0.0, worn.seconds - length))
    # Even in the square root: dense at first, rare at last.
    places = np.sort(begin + length * rng.random(count) ** 2) * RATE
    share = 1.0 if mono else float(rng.uniform(0.4, 1.0))
    gains = (1.0, share) if rng.random() < 0.5 else (share, 1.0)
    middle = rng.uniform(*over_db)
    told = []
    for place in places:
        sign = float(rng.choice((-1.0, 1.0)))
        wave = snap(rng)
        size = float(np.clip(middle + rng.normal(0.0, _SPREAD_DB), *over_db))
        walls = Walls((sign * gains[0], sign * gains[1]), "both", 0)
        at = min(int(place), samples - len(wave))
        told.append(put(sound, programme, wave, at, walls, size, "static"))
    return worn.with_truth(sound, *told)
