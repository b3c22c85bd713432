"""Channel imbalance and crosstalk: an unequal cartridge, crooked azimuth, a bad contact.

Usual cartridges balance within 2 dB and part the channels by 20 to 30 dB; a worn or crooked one
fails by 6 dB and parts by 10. Crosstalk comes in either phase.
"""

import numpy as np

from runout_training.wear.worn import Worn

APART_DB = (-6.0, 6.0)
CROSSTALK_DB = (-40.0, -10.0)


def balance(rng: np.random.Generator, worn: Worn) -> Worn:
    """Lower one channel and let some of each into the other; truth stays as it is."""
    apart = 10 ** (rng.uniform(*APART_DB) / 20)
    gains = np.array((min(1.0, apart), min(1.0, 1 / apart)))
    into = 10 ** (rng.uniform(*CROSSTALK_DB, 2) / 20) * rng.choice((-1.0, 1.0), 2)
    matrix = np.array(((1.0, into[0]), (into[1], 1.0))) * gains[:, None]
    return worn.with_truth(matrix @ worn.sound)
