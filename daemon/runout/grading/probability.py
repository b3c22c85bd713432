"""How likely each label is, by evidence that isn't quite sure."""

import math
from collections.abc import Sequence

from runout.grading.grade import LABELS, Evidence, Label


def probabilities(evidence: Sequence[Evidence], worst: Sequence[int]) -> dict[Label, float]:
    """Return how likely each label is, the sum being 1.

    The side is as bad as its worst measure: it is at least as good as a label if each measure
    is. Each is normal about its index, and errs by itself; so several that lie near a limit make
    the worse label likelier than any does alone. `worst` is the last label that each can give.
    """
    below = [
        math.prod(
            1.0 if number >= last else _normal_below(number + 0.5, one)
            for one, last in zip(evidence, worst, strict=True)
        )
        for number in range(len(LABELS))
    ]
    shares = (above - before for before, above in zip([0.0, *below], below, strict=False))
    return dict(zip(LABELS, shares, strict=True))


def _normal_below(edge: float, evidence: Evidence) -> float:
    if evidence.spread == 0.0:
        return float(evidence.index <= edge)
    return 0.5 * (1.0 + math.erf((edge - evidence.index) / (evidence.spread * math.sqrt(2.0))))
