"""How impulsive the sound is, against its own surroundings.

The magnitude of the second difference, over a local mean in which impulses themselves do not
count, stands at about 1 whatever the level and the programme, and leaps where a click is. Under
dense crackle a plain local mean would rise with the crackle; a clipped one stays.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_CLIP = 2.5
"""A sample counts towards its cell's mean by at most this many of the cell's medians"""
_MEDIAN_POINTS = 64
"""Points of a cell that its median is taken of"""
_SCALE_FLOOR = 1e-6
"""Full scales; a sixtieth of what one 16-bit step gives, so only digital silence meets it"""
_LOG_FLOOR = 1e-3
"""Smallest ratio whose logarithm is told apart"""


def second_difference(samples: Array, lag: int, stride: int) -> Array:
    """|x[n + lag] - 2 x[n] + x[n - lag]| at every `stride`th n.

    (2, samples) to (2, (samples - 2 * lag) / stride).
    """
    difference: Array = samples[:, 2 * lag :: stride] + samples[:, : -2 * lag : stride]
    difference -= np.float32(2.0) * samples[:, lag:-lag:stride]
    return np.abs(difference, out=difference)


def cell_scale(difference: Array) -> Array:
    """Clipped mean of each cell: (channels, cells, points) to (channels, cells)."""
    # So many points tell the median well enough, in a fraction of the time.
    some = difference[..., :: max(1, difference.shape[-1] // _MEDIAN_POINTS)]
    middle = some.shape[-1] // 2
    # Sorting the few is several times faster than partitioning them, which branches at random.
    median = np.sort(some, axis=-1)[..., middle : middle + 1]
    scale: Array = np.minimum(difference, _CLIP * median).mean(axis=-1)
    return scale


def local_scale(scales: Array, around: int) -> Array:
    """Mean of each cell's scale and its `around` neighbours' on either side, never zero.

    (channels, cells + 2 * around) to (channels, cells).
    """
    cells = scales.shape[1] - 2 * around
    total = scales[:, :cells].copy()
    for shift in range(1, 2 * around + 1):
        total += scales[:, shift : shift + cells]
    total *= np.float32(1.0 / (2 * around + 1))
    return np.maximum(total, np.float32(_SCALE_FLOOR), out=total)


def impulse_features(difference: Array, local: Array, slots: int) -> Array:
    """Logarithms of maximum in each slot, and of mean, over the local scale: about 0 in steady
    sound.

    A click is over within a slot or two; a drum's attack goes on through many. `difference` is
    (channels, cells, points), `local` (channels, cells). Returns (cells, channels * (slots + 1)),
    slot by slot, the channels of each in order.
    """
    channels, cells, points = difference.shape
    # Turned, so that a maximum is taken of whole rows: along short ones numpy is slow.
    turned = np.ascontiguousarray(difference.reshape(-1, points // slots).T)
    highest = turned.max(axis=0).reshape(channels, cells, slots)
    both = np.concatenate((highest, difference.mean(axis=-1, keepdims=True)), axis=2)
    both /= local[:, :, None]
    both += np.float32(_LOG_FLOOR)
    features: Array = np.log(both, out=both)
    return features.transpose(1, 2, 0).reshape(cells, -1)
