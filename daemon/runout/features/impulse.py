"""How impulsive the sound is, against its own surroundings.

The magnitude of the second difference, over a local mean in which impulses themselves do not
count, stands at about 1 whatever the level and the programme, and leaps where a click is. Under
dense crackle a plain local mean would rise with the crackle; a clipped one stays.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]

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


def cell_scale(difference: Array) -> Wide:
    """Clipped mean of each cell: (channels, cells, points) to (channels, cells)."""
    # So many points tell the median well enough, in a fraction of the time.
    some = difference[..., :: max(1, difference.shape[-1] // _MEDIAN_POINTS)].copy()
    # Sorting the few is several times faster than partitioning them, which branches at random.
    some.sort(axis=-1)
    middle = some.shape[-1] // 2
    median = some[..., middle : middle + 1]
    return _mean(np.minimum(difference, np.float32(_CLIP) * median))


def local_scale(scales: Wide, around: int) -> Wide:
    """Mean of each cell's scale and its `around` neighbours' on either side, never zero.

    (channels, cells + 2 * around) to (channels, cells).
    """
    cells = scales.shape[1] - 2 * around
    # Every cell with its neighbours: the same numbers, shifted by one more in each plane.
    windows = np.lib.stride_tricks.sliding_window_view(scales, cells, axis=1)
    total: Wide = np.add.reduce(windows.transpose(1, 0, 2), axis=0)
    total *= 1.0 / (2 * around + 1)
    return np.maximum(total, _SCALE_FLOOR, out=total)


def cell_levels(difference: Array, slots: int) -> Wide:
    """Maximum in each slot of a cell, and mean of the cell.

    (channels, cells, points) to (channels, cells, slots + 1).
    """
    channels, cells, points = difference.shape
    levels = np.empty((channels, cells, slots + 1))
    # Turned, so that a maximum is taken of whole rows: along short ones numpy is slow.
    turned = np.ascontiguousarray(difference.reshape(-1, points // slots).T)
    levels[..., :slots] = np.maximum.reduce(turned, axis=0).reshape(channels, cells, slots)
    levels[..., slots] = _mean(difference)
    return levels


def impulse_features(levels: Wide, local: Wide) -> Wide:
    """Logarithms of levels over the local scale: about 0 in steady sound.

    A click is over within a slot or two; a drum's attack goes on through many. `levels` are
    (channels, cells, slots + 1), `local` (channels, cells); returns the former's shape.
    """
    features: Wide = levels / local[:, :, None]
    features += _LOG_FLOOR
    return np.log(features, out=features)


def _mean(points: Array) -> Wide:
    """Mean of the last axis, as a product: numpy's own mean takes four times as long."""
    mean: Wide = points @ _even(points.shape[-1])
    return mean


@lru_cache
def _even(points: int) -> Wide:
    return np.full(points, 1.0 / points)
