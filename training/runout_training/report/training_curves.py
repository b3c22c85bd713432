"""Loss by epoch."""

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import FormatStrFormatter, LogLocator, MaxNLocator, NullLocator

from runout_training.report.style import BLUE, GREY, ORANGE, picture


def read_history(path: Path) -> dict[str, npt.NDArray[np.float64]]:
    """Columns of Keras's history.csv by name, an epoch a row.

    A run that was cut and gone on with may tell an epoch twice: the later counts.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = {int(row["epoch"]): row for row in csv.DictReader(file)}
    names = next(iter(rows.values()))
    return {name: np.array([float(rows[epoch][name]) for epoch in sorted(rows)]) for name in names}


def training_curves(history: dict[str, npt.NDArray[np.float64]], path: Path) -> None:
    """Loss on what is trained on and on what isn't; the gap between them is learning by heart."""
    epochs = history["epoch"] + 1
    with picture(path, "Loss by epoch of training") as axes:
        axes.plot(epochs, history["loss"], "o-", color=BLUE, label="training")
        axes.plot(epochs, history["val_loss"], "s--", color=ORANGE, label="validation")
        best = int(history["val_loss"].argmin())
        axes.annotate(
            f"lowest: {history['val_loss'][best]:.4f}",
            (epochs[best], history["val_loss"][best]),
            xytext=(0, 60),
            textcoords="offset points",
            ha="right",
            color=GREY,
            arrowprops={"arrowstyle": "-", "color": GREY},
        )
        # The first epoch is many times the last, which is what one wants to see.
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
        axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set(xlabel="epoch", ylabel="cross-entropy (logarithmic)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
