"""What the line says of a side's sound."""

import math

import numpy as np

from runout.grading.table import Table
from runout.line import Line
from runout.model.card import Model
from runout.side.side import Heard, SideEnded
from runout_training.sides.grooves import Narrow

_BLOCK_S = 0.5


def listen(sound: Narrow, rate: int, model: Model, table: Table) -> SideEnded | None:
    """Hear a capture of shape (2, samples) at `rate` hertz, fed as a file is.

    None where no needle was heard to go down.
    """
    line = Line(model, table, rate, lambda: "side", math.inf)
    block = round(_BLOCK_S * rate)
    said: list[Heard] = []
    for start in range(0, sound.shape[1], block):
        said += line.feed(np.ascontiguousarray(sound[:, start : start + block].T))
    said += line.finish()
    return next((one for one in said if isinstance(one, SideEnded)), None)
