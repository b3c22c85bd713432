"""Which kind is told as which."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout_training.report.heard import Heard
from runout_training.report.style import picture

NONE = "none"


def confusion_of(heard: Heard, kinds: Sequence[str]) -> npt.NDArray[np.int64]:
    """Counts, a row a kind that was there, a column a kind that was told; the last is none.

    What was there and not told stands in the last column, what was told where nothing was in
    the last row. None told where none was is no event and counts 0.
    """
    places = {kind: place for place, kind in enumerate((*kinds, NONE))}
    counts = np.zeros((len(places), len(places)), np.int64)
    for one in heard.put:
        counts[places[one.kind], places[one.found_as or NONE]] += 1
    for told in heard.told:
        if not told.true:
            counts[places[NONE], places[told.kind]] += 1
    return counts


def confusion_matrix(counts: npt.NDArray[np.int64], kinds: Sequence[str], path: Path) -> None:
    """Counts, and shaded their share of the row."""
    names = (*kinds, NONE)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # False findings have no whole that they could be a share of.
    shares[-1] = 0.0
    with picture(path, "What was there, and what it was told as") as axes:
        axes.grid(visible=False)
        axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
        for row, column in np.ndindex(*counts.shape):
            last = row == len(kinds)
            text = f"{counts[row, column]}"
            if last:
                text = "" if column == len(kinds) else f"{text}\nfalse"
            else:
                text += f"\n{100 * shares[row, column]:.1f} %"
            dark = shares[row, column] > 0.5
            axes.text(
                column, row, text, ha="center", va="center", color="white" if dark else "black"
            )
        axes.set_xticks(range(len(names)), [*kinds, "not told"])
        axes.set_yticks(range(len(names)), [*kinds, "nothing"])
        axes.set(xlabel="told as", ylabel="was there")
        axes.spines[:].set_visible(False)
