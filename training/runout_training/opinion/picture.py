"""The confusion matrix: what people said, and what the model said of the same sides."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from runout.grading.grade import LABELS, Label
from runout_training.opinion.agreement import Counts
from runout_training.report.style import picture


def confusion_picture(counts: Counts, classes: Sequence[Label], path: Path) -> None:
    """Counts over LABELS as `agreement.confusion` gives them; shaded their share of the row."""
    places = [LABELS.index(label) for label in classes]
    shown = counts[np.ix_(places, places)]
    shares = shown / np.maximum(shown.sum(axis=1, keepdims=True), 1.0)
    with picture(path, "Sides of records that the model had not heard") as axes:
        axes.grid(visible=False)
        axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
        for row, column in np.ndindex(*shown.shape):
            dark = shares[row, column] > 0.5
            axes.text(
                column,
                row,
                f"{shown[row, column]:.0f}",
                ha="center",
                va="center",
                color="white" if dark else "black",
            )
        axes.set_xticks(range(len(classes)), classes)
        axes.set_yticks(range(len(classes)), classes)
        axes.set(xlabel="the model says", ylabel="your label")
        axes.spines[:].set_visible(False)
