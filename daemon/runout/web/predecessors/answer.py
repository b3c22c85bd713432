"""What such a model says of a sound file, as Vinyl Scratch Detector's API says it."""

from itertools import islice
from pathlib import Path

import numpy as np

from runout.report.payload import Json
from runout.web.predecessors.figures import eight_figures
from runout.web.predecessors.forest import Forest
from runout.web.predecessors.vectors import SupportVectors
from runout.web.predecessors.windows import windows

LEAST = 0.7
"""Probability above which a window is told: THRESHOLD of Vinyl Scratch Detector's main.py"""

_AT_ONCE = 256
"""Windows a model is asked about together: enough for speed, little in memory"""


def answer(path: Path, model: Forest | SupportVectors, longest_s: float) -> dict[str, Json]:
    """The windows that are likely damaged, by the second at which they begin.

    Raises RunoutError as `windows` does.
    """
    seconds: list[Json] = []
    heard = ((start_s, eight_figures(sound)) for start_s, sound in windows(path, longest_s))
    while some := list(islice(heard, _AT_ONCE)):
        likely = model.probabilities(np.stack([figures for _, figures in some]))
        seconds += [
            {"second": round(start_s, 2), "probability": round(float(probability), 3)}
            for (start_s, _), probability in zip(some, likely, strict=True)
            if probability > LEAST
        ]
    status = "scratch_detected" if seconds else "clean"
    return {"status": status, "total": len(seconds), "seconds": seconds}
