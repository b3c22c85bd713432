"""How far a measure may be off, by how much was heard and by the measure itself."""

import math
from typing import Literal

RuleKind = Literal["rate", "share", "level", "count", "worst"]
"""Events a minute; per cent of the time; a level, which is what it is however long it is heard; a
count over the whole side; events in the worst minute"""


def deviation(
    kind: RuleKind, value: float, heard_s: float, spread: float, stretch_s: float = 0.0
) -> float:
    """Standard deviation of a measure in its own unit, after `heard_s` seconds.

    `spread` is the measure's own: of a level in its unit, else as a share of the value. Events are
    Poisson's: n of them tell a rate to sqrt(n + 1), so that none in a few minutes promises no side
    without any. A share is as many stretches of `stretch_s` as it takes. A count is certain.
    """
    if kind == "count":
        return 0.0
    if kind == "level":
        return spread
    own = spread * value
    minutes = max(heard_s, 1.0) / 60.0
    if kind == "rate":
        return math.hypot(own, math.sqrt(value * minutes + 1.0) / minutes)
    if kind == "worst":
        return math.hypot(own, math.sqrt(value + 1.0))
    stretch = 100.0 * stretch_s / max(heard_s, 1.0)
    return math.hypot(own, math.sqrt(max(value, 0.0) * stretch))
