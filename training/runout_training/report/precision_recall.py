"""Precision against recall, as the thresholds go up and down together."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout_training.report.heard import Heard
from runout_training.report.style import BLUE, GREY, ORANGE, picture

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """A point for each margin over the shipped thresholds, from low to high."""

    margins: Array
    precision: Array
    recall: Array


def curve_of(heard: Heard) -> Curve:
    """Share of the found that are true and of the true that are found, at every margin found.

    Both thresholds move together in log odds; a margin of 0 is as shipped.
    """
    found = np.array([one.margin for one in heard.found])
    true = np.array([one.true for one in heard.found])
    put = np.sort([one.margin for one in heard.put])
    order = np.argsort(-found, kind="stable")
    hits = np.cumsum(true[order])
    # Of equal margins only the last stands for all.
    last = np.append(np.diff(found[order]) != 0, True)
    margins = found[order][last]
    precision = (hits / np.arange(1, len(found) + 1))[last]
    recall = 1.0 - np.searchsorted(put, margins) / max(len(put), 1)
    return Curve(margins[::-1], precision[::-1], recall[::-1])


def shipped_point(heard: Heard) -> tuple[float, float]:
    """Precision and recall of what was told at the card's thresholds."""
    true = sum(one.true for one in heard.told)
    hit = sum(one.found_as is not None for one in heard.put)
    return true / max(len(heard.told), 1), hit / max(len(heard.put), 1)


def precision_recall(curve: Curve, shipped: tuple[float, float], path: Path) -> None:
    """The curve, with the shipped point on it.

    Precision counts the false alarms of every file, worn or not, so that it is lower than on worn
    files alone.
    """
    precision, recall = shipped
    with picture(path, "Precision against recall, on all held-out files") as axes:
        axes.plot(curve.recall, curve.precision, color=BLUE)
        axes.plot(recall, precision, "o", color=ORANGE, markersize=13)
        axes.annotate(
            f"as shipped\nrecall {recall:.3f}, precision {precision:.3f}",
            (recall, precision),
            xytext=(-20, -70),
            textcoords="offset points",
            ha="right",
            arrowprops={"arrowstyle": "-", "color": GREY},
        )
        axes.set(
            xlabel="recall: share of impulses that are told",
            ylabel="precision: share of told that are there",
            xlim=(0.0, 1.02),
            ylim=(0.0, 1.02),
        )
