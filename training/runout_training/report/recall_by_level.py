"""Recall by how far an impulse stands over the programme."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout_training.evaluation.bootstrap import Figure, bootstrapped
from runout_training.report.heard import Heard
from runout_training.report.style import BLUE, GREY, picture

EDGES_DB = tuple(range(0, 31, 3))


def recall_of(heard: Heard, edges_db: Sequence[float] = EDGES_DB) -> dict[float, Figure]:
    """Recall by the lower edge of each step in level, with its interval over files.

    Steps that no impulse is in are left out.
    """
    recalls = {}
    for low, high in pairwise(edges_db):
        counts = np.zeros((heard.files, 2))
        for one in heard.put:
            if low <= one.over_db < high:
                counts[one.file] += (one.found_as is not None, 1)
        holding: npt.NDArray[np.float64] = counts[counts[:, 1] > 0]
        if len(holding):
            recalls[float(low)] = bootstrapped(holding, lambda sums: float(sums[0] / sums[1]))
    return recalls


def recall_by_level(
    recalls: dict[float, Figure], path: Path, edges_db: Sequence[float] = EDGES_DB
) -> None:
    """A bar a step, with its interval."""
    widths = dict(zip(edges_db[:-1], np.diff(edges_db), strict=True))
    low = np.array(list(recalls))
    width = np.array([widths[edge] for edge in recalls])
    values = np.array([figure.value for figure in recalls.values()])
    ends = np.array([(figure.low, figure.high) for figure in recalls.values()])
    with picture(path, "Recall by level over the programme") as axes:
        axes.bar(low, values, width * 0.9, align="edge", color=BLUE)
        middle = low + width * 0.45
        axes.errorbar(
            middle,
            values,
            np.abs(ends.T - values),
            fmt="none",
            ecolor="black",
            capsize=5,
            label="95 % interval over files",
        )
        for place, value in zip(middle, values, strict=True):
            axes.text(
                place,
                0.02,
                f"{value:.2f}",
                ha="center",
                color="white",
                fontsize=13,
                # Covers an interval that reaches down here.
                bbox={"facecolor": BLUE, "edgecolor": "none", "pad": 1.5},
            )
        axes.set(
            xlabel="peak over the programme, dB",
            ylabel="share of impulses that are told",
            ylim=(0.0, 1.15),
        )
        axes.set_yticks(np.arange(0.0, 1.01, 0.2))
        axes.set_xticks([*low, low[-1] + width[-1]])
        axes.grid(visible=False, axis="x")
        axes.legend(loc="upper left", labelcolor=GREY)
