"""What an opinion model is given of a side: one vector, each of its places with a name.

All of it is blind to gain, so that a preamp that was turned up changes no opinion.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from runout.opinion.pooled import PooledFigures

Array = npt.NDArray[np.float32]

MEASURES = (
    "crackle_rate_per_s",
    "inner_groove_distorted_percent",
    "inner_groove_rise_z",
    "noise_468_db",
    "outer_groove_distorted_percent",
    "revolution_locked_percent",
    "worst_minute_loudness",
)
"""Of a side's measurements, those that tell of its wear though the grade table has no rule for
them"""

_LEAST_SCORE = 1e-4
"""Added before the logarithm: mean scores of clean music are about as low"""
_OF_GAIN = ("_dbfs", "_dbtp", "_lufs")
"""Ends of the names of measures that the preamp's gain moves"""
_PLAIN = ("_db", "_z")
"""Ends of the names of measures that are logarithmic or standardized already"""


def measures_for(rules: Iterable[str]) -> tuple[str, ...]:
    """The measures that a vector tells: those of a grade table's `rules` and MEASURES, sorted.

    Those that the preamp's gain moves are left out.
    """
    return tuple(sorted({name for name in (*rules, *MEASURES) if not name.endswith(_OF_GAIN)}))


def names(n_features: int, classes: Sequence[str], measures: Sequence[str]) -> tuple[str, ...]:
    """The name of each place of a vector."""
    kinds = ("mean", "deviation", "high")
    return (
        *(f"row_{column}_{kind}" for kind in kinds for column in range(n_features)),
        *(f"log_score_{name}_{kind}" for kind in kinds for name in classes),
        *measures,
        *(f"has_{measure}" for measure in measures),
    )


def blocks(n_features: int, classes: int, measures: int) -> tuple[int, int, int]:
    """How many of the names are of features, of scores and of measurements, in this order."""
    return 3 * n_features, 3 * classes, 2 * measures


def fingerprint(all_names: Sequence[str]) -> str:
    """SHA-256 of the names in order: vectors of the same fingerprint mean the same."""
    return hashlib.sha256("\n".join(all_names).encode()).hexdigest()


def vector(
    pooled: PooledFigures, measurements: Mapping[str, float], measures: Sequence[str]
) -> Array:
    """A side as one vector, shape (len(names),).

    Scores, rates, shares and counts spread over decades, so they go in as logarithms. A measure
    that the side gave no ground for is 0, and its mask (`has_...`) is 0 as well.
    """
    told = [_told(name, measurements[name]) if name in measurements else 0.0 for name in measures]
    mask = [float(name in measurements) for name in measures]
    scores = np.log10(pooled.scores + _LEAST_SCORE)
    return np.concatenate((pooled.rows.ravel(), scores.ravel(), told, mask)).astype(np.float32)


def _told(name: str, value: float) -> float:
    return value if name.endswith(_PLAIN) else float(np.sign(value) * np.log1p(abs(value)))
