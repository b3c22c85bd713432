"""The text of a shop's listing, of a side that is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from runout.defects.event import Kind
from runout.grading.grade import Grade, Label
from runout.report.page.listing import discogs, ebay
from runout.web.records.records import Offer


@dataclass(frozen=True, slots=True)
class Listing:
    """Ready text for where records are sold."""

    discogs: str
    ebay: str


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a listing tells of a side."""

    grade: Grade
    heard_s: float
    counts: Mapping[Kind, int]


def listing_of(offer: Offer) -> Listing:
    """Return the listing of a side."""
    summary = offer.summary
    grade = Grade(
        scale=offer.scale,
        label=cast(Label | None, summary.grade.label),
        index=summary.grade.index,
        probabilities={},
        limited_by=summary.grade.limited_by,
        evidence=(),
        table_version="",
        confidence=summary.grade.confidence,
        reason=summary.grade.reason,
    )
    kinds: tuple[Kind, ...] = get_args(Kind)
    counts = {kind: summary.counts[kind] for kind in kinds if kind in summary.counts}
    heard = _Heard(grade, offer.heard_s, counts)
    sleeve = summary.label.sleeve
    return Listing(discogs=discogs(heard, sleeve), ebay=ebay(heard, sleeve))
