"""A second opinion in JSON and in words."""

from typing import TYPE_CHECKING

from runout.opinion.opinion import Opinion
from runout.report.payload import Payload

if TYPE_CHECKING:  # else each would import the other
    from runout.report.messages import Fields


def opinion_fields(opinion: Opinion) -> "Fields":
    """Return `second_opinion` of a side's JSON."""
    return {
        "label": opinion.label,
        "index": round(opinion.index, 2),
        "probabilities": {label: round(one, 3) for label, one in opinion.probabilities.items()},
        "name": opinion.name,
        "sides": opinion.sides,
        "records": opinion.records,
    }


def opinion_words(opinion: Payload) -> str:
    """Return a line for a `second_opinion`."""
    sides = opinion.number("sides")
    label = opinion.text("label")
    return f"second opinion: {label} (trained on {sides:,.0f} sides of yours)"
