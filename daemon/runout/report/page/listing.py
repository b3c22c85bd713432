"""Ready text for a shop's listing: what was heard of the side, and nothing that wasn't."""

from collections.abc import Mapping
from typing import Protocol

from runout.defects.event import Kind
from runout.grading.grade import Grade, Label
from runout.report.page.words import found_words
from runout.report.terminal.lines import clock

_NAMES: dict[Label, str] = {
    "NM": "Near Mint (NM or M-)",
    "VG+": "Very Good Plus (VG+)",
    "VG": "Very Good (VG)",
    "G+": "Good Plus (G+)",
    "G": "Good (G)",
    "F": "Fair (F)",
    "P": "Poor (P)",
}
"""As Discogs and Goldmine write them out"""
_NOT_THE_RECORDS = ("capture_glitch", "clipping")
"""What the input did to the sound is no defect of the record"""


class Listed(Protocol):
    """What a listing tells of a side."""

    @property
    def grade(self) -> Grade:
        """Its play grade."""

    @property
    def heard_s(self) -> float:
        """Seconds of music that were heard."""

    @property
    def counts(self) -> Mapping[Kind, int]:
        """Defects by kind."""


def discogs(side: Listed, sleeve: str = "") -> str:
    """Return comments for a Discogs listing: one paragraph, the media's condition first.

    `sleeve` is the sleeve's grade by eye; empty: not graded.
    """
    looks = [_sleeve(sleeve)] if sleeve else []
    if side.grade.label is None:
        return " ".join([_ungraded(side), *looks])
    missing = "the other side is" if sleeve else "the other side and the sleeve are"
    return " ".join(
        [
            f"{_NAMES[side.grade.label]}, play graded.",
            f"{_sentence(side.grade.reason)}",
            f"Heard {_heard(side)} of music: {_defects(side)}.",
            _jumps(side),
            f"Graded by listening only: not a visual grade, and {missing} not covered.",
            *looks,
        ]
    )


def ebay(side: Listed, sleeve: str = "") -> str:
    """Return a condition description for eBay: lines, as buyers read them on a phone.

    `sleeve` is the sleeve's grade by eye; empty: not graded.
    """
    looks = [_sleeve(sleeve)] if sleeve else []
    if side.grade.label is None:
        return "\n".join([_ungraded(side), *looks])
    missing = "labels" if sleeve else "labels, sleeve"
    scale = side.grade.scale.capitalize()
    lines = [
        f"Play grade (this side): {_NAMES[side.grade.label]}, {scale} scale",
        f"Why: {_sentence(side.grade.reason)}",
        f"Heard: {_heard(side)} of music, this side only",
        f"What was heard: {_defects(side)}",
        f"Jumps: {_jumps(side)}",
        f"Graded by sound only. Looks, {missing} and the other side are not part of this "
        "grade: please see the photographs, or ask.",
        *looks,
    ]
    return "\n".join(lines)


def _sleeve(grade: str) -> str:
    return f"Sleeve, graded by eye: {grade}."


def _ungraded(side: Listed) -> str:
    return f"Not play graded: {side.grade.limited_by}."


def _sentence(reason: str) -> str:
    """The reason without its label, which was said, as a sentence."""
    _, colon, rest = reason.partition(": ")
    words = rest if colon else reason
    if words.startswith("nothing: "):
        words = words.removeprefix("nothing: ")
    return f"{words[:1].upper()}{words[1:]}."


def _heard(side: Listed) -> str:
    return f"{clock(side.heard_s, 0)} min" if side.heard_s >= 60 else f"{side.heard_s:.0f} s"


def _defects(side: Listed) -> str:
    counts = {kind: count for kind, count in side.counts.items() if kind not in _NOT_THE_RECORDS}
    return found_words(counts) if any(counts.values()) else "no defects"


def _jumps(side: Listed) -> str:
    # Skips ahead aren't heard yet (docs/line.md), so a play-through isn't promised.
    skips, locks = side.counts.get("skip", 0), side.counts.get("locked_groove", 0)
    if not skips and not locks:
        return "No jump back and no locked groove was heard."
    found = found_words({"skip": skips, "locked_groove": locks})
    return f"The needle jumps: {found}."
