"""A random forest as plain arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.web.predecessors.scaling import Figures, Scaling


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose nodes lie one after the other; a tree's children come after their parent."""

    scaling: Scaling
    roots: npt.NDArray[np.int32]
    """Node that each tree begins at, (trees,)"""
    left: npt.NDArray[np.int32]
    """Node for figures up to the threshold, (nodes,); of a leaf, itself"""
    right: npt.NDArray[np.int32]
    """Node for larger ones, (nodes,); of a leaf, itself"""
    figure: npt.NDArray[np.int8]
    """Which figure is compared, (nodes,)"""
    threshold: npt.NDArray[np.float64]
    """(nodes,)"""
    share: npt.NDArray[np.float64]
    """Of damaged windows among those that came to a node in training, (nodes,)"""

    def probabilities(self, figures: Figures) -> npt.NDArray[np.float64]:
        """How likely each window of figures, (windows, 8), is damaged: the trees' mean share."""
        scaled = self.scaling.apply(figures)
        row = np.arange(len(scaled))[:, None]
        at = np.tile(self.roots, (len(scaled), 1))
        while True:
            goes_left = scaled[row, self.figure[at]] <= self.threshold[at]
            below = np.where(goes_left, self.left[at], self.right[at])
            if np.array_equal(below, at):
                break
            at = below
        mean: npt.NDArray[np.float64] = self.share[at].mean(axis=1)
        return mean
