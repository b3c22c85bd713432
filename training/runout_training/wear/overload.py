"""Preamp overload: a hot cartridge or gain drives the stage after the groove into its rails.

Solid-state stages and converters cut hard; transformers, tubes and a last analog stage bend first.
Both are memoryless and meet all that is louder than the knee, clicks too, so it comes after them. A
ceiling 1 to 9 dB below the loudest peak is what a gain set by ear gives.
"""

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.wear.regions import joined, region
from runout_training.wear.worn import Worn

CEILING_DB = (-9.0, -1.0)
_JOIN_S = 0.05
"""Peaks less than this apart are one region: half a period of 10 Hz"""
_KNEE = (0.5, 0.95)


def overload(rng: np.random.Generator, worn: Worn, ceiling_db: float | None = None) -> Worn:
    """Clip what is over a ceiling, `ceiling_db` under the sound's largest peak; hard or soft.

    Truth from the first sample that is changed to past the last, of peaks less than 50 ms apart.
    `over_db` is the ratio of the damage to the programme in it: soft clipping goes down to -60
    and below, where nobody hears it.
    """
    sound = worn.sound
    below = float(rng.uniform(*CEILING_DB)) if ceiling_db is None else ceiling_db
    size = np.abs(sound)
    ceiling = float(size.max()) * 10 ** (below / 20)
    knee = ceiling * (1.0 if rng.random() < 0.5 else float(rng.uniform(*_KNEE)))
    over = size > knee
    bent = sound.copy()
    room = ceiling - knee
    bound = knee + room * np.tanh((size[over] - knee) / room) if room > 0 else ceiling
    bent[over] = np.sign(sound[over]) * bound
    told = [
        region(sound, bent, start, end, "clipping", "overload")
        for start, end in joined(over.any(axis=0), round(_JOIN_S * RATE))
    ]
    return worn.with_truth(bent, *told)
