"""The look of all pictures: large type, few lines, colours that everyone can tell apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
"""From Okabe and Ito (2008), "Color universal design", but for the grey"""

_INCHES = (9.0, 6.0)
_DOTS_PER_INCH = 120
_LOOK: Any = {
    "font.size": 15,
    "axes.titlesize": 18,
    "axes.titlelocation": "left",
    "axes.titlepad": 14,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E0E0E0",
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
    "legend.frameon": False,
}


@contextmanager
def picture(path: Path, title: str) -> Iterator[Axes]:
    """Axes to draw on, written to `path` as PNG (1080 by 720 pixels) when done with.

    Drawn without pyplot, so that no display is looked for and nothing is kept.
    """
    with mpl.rc_context(_LOOK):
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes = figure.add_subplot()
        axes.set_axisbelow(True)
        axes.set_title(title)
        yield axes
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="png", dpi=_DOTS_PER_INCH, facecolor="white")
