"""A support vector machine with a Gaussian kernel as plain arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runout.web.predecessors.scaling import Figures, Scaling


@dataclass(frozen=True, slots=True)
class SupportVectors:
    """The vectors, and what makes a margin and then a probability of the distances to them."""

    scaling: Scaling
    vectors: npt.NDArray[np.float64]
    """Scaled figures, (vectors, 8)"""
    weights: npt.NDArray[np.float64]
    """Dual coefficients, (vectors,)"""
    gamma: npt.NDArray[np.float64]
    """Of the kernel, ()"""
    intercept: npt.NDArray[np.float64]
    """Of the margin, ()"""
    platt: npt.NDArray[np.float64]
    """A and B, (2,): margin m is damaged with the probability 1 / (1 + exp(A m + B)). Platt,
    "Probabilistic outputs for support vector machines", Advances in Large Margin Classifiers, 1999
    """

    def probabilities(self, figures: Figures) -> npt.NDArray[np.float64]:
        """How likely each window of figures, (windows, 8), is damaged."""
        scaled = self.scaling.apply(figures).astype(np.float64)
        square = (scaled**2).sum(axis=1)[:, None] + (self.vectors**2).sum(axis=1)
        distance = np.maximum(square - 2.0 * scaled @ self.vectors.T, 0.0)
        margin = np.exp(-self.gamma * distance) @ self.weights + self.intercept
        slope, offset = self.platt
        # The same by the hyperbolic tangent, which no exponent overflows.
        probability: npt.NDArray[np.float64] = 0.5 - 0.5 * np.tanh(0.5 * (slope * margin + offset))
        return probability
