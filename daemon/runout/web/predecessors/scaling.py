"""What both kinds of model do first: bring each figure to zero mean and unit deviation."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Figures = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scaling:
    """Means and deviations of the figures that a model was trained on."""

    mean: npt.NDArray[np.float64]
    """Shape (8,)"""
    scale: npt.NDArray[np.float64]
    """Shape (8,)"""

    def apply(self, figures: Figures) -> Figures:
        """Scaled figures, (windows, 8)."""
        # In single precision, as scikit-learn scales single: a forest's steps depend on it.
        shifted = figures - self.mean.astype(np.float32)
        scaled: Figures = shifted / self.scale.astype(np.float32)
        return scaled
