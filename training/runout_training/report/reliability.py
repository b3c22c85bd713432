"""Whether a confidence of 0.8 is right eight times in ten."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout_training.report.heard import Heard
from runout_training.report.style import BLUE, GREY, picture

_BINS = 10
_FEWEST = 10
"""Findings in a step below which its share says little"""
_CROWDED = 0.2
"""Share above which the curve is steep, and its labels stand beside it"""


@dataclass(frozen=True, slots=True)
class Calibration:
    """By steps of confidence; those without a finding are left out."""

    confidence: npt.NDArray[np.float64]
    """Mean of the step"""
    share: npt.NDArray[np.float64]
    """Of its findings, those that are true"""
    counts: npt.NDArray[np.int64]

    @property
    def error(self) -> float:
        """Mean distance of confidence and share, weighted by counts.

        Expected calibration error, Guo and others (2017), "On calibration of modern networks".
        """
        return float(np.average(np.abs(self.confidence - self.share), weights=self.counts))


def calibration_of(heard: Heard) -> Calibration:
    """Confidence of all that was found, down to low scores, against how often it was right."""
    confidence = np.array([one.confidence for one in heard.found])
    true = np.array([one.true for one in heard.found], np.float64)
    step = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    counts = np.bincount(step, minlength=_BINS)
    held = counts > 0
    return Calibration(
        np.bincount(step, confidence, _BINS)[held] / counts[held],
        np.bincount(step, true, _BINS)[held] / counts[held],
        counts[held],
    )


def reliability(calibration: Calibration, path: Path) -> None:
    """Share that is right against confidence, beside the line of one that is what it says."""
    many = calibration.counts >= _FEWEST
    with picture(
        path, f"Is the confidence what it says? Mean error {calibration.error:.3f}"
    ) as axes:
        axes.plot((0, 1), (0, 1), "--", color=GREY, label="confidence as it should be")
        axes.plot(
            calibration.confidence[many],
            calibration.share[many],
            "o-",
            color=BLUE,
            label="confidence as it is",
        )
        axes.plot(
            calibration.confidence[~many],
            calibration.share[~many],
            "o",
            color=BLUE,
            markerfacecolor="white",
            label=f"fewer than {_FEWEST} findings" if (~many).any() else None,
        )
        for x, y, count in zip(
            calibration.confidence, calibration.share, calibration.counts, strict=True
        ):
            axes.annotate(
                f"{count}",
                (x, y),
                xytext=(-6, 10),
                textcoords="offset points",
                ha="right" if y > _CROWDED else "center",
                color=GREY,
                fontsize=13,
            )
        axes.set(
            xlabel="confidence of a finding (numbers: findings in each step of 0.1)",
            ylabel="share of findings that are there",
            xlim=(-0.01, 1.03),
            ylim=(-0.03, 1.03),
        )
        axes.legend(loc="upper left")
