"""One record over its plays: is it wearing, and did the cleaning help?

Two plays differ where a measure does by more than plays of one and the same side would: 2.6
standard deviations of the difference (99 of 100, normal), each by `deviation`, with the spreads of
the measures that the grade's table has (docs/grading.md). That takes the events of two plays for
independent, which those of one groove aren't, so it says too seldom rather than too often that
something has changed.
"""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from runout.grading.deviation import deviation
from runout.web.records.records import Play

Changed = Literal["more", "less", "same"]
_SURE = 2.6
"""Standard deviations"""
_MEASURES = {
    "audible_clicks_per_min": "clicks a minute, by loudness,",
    "audible_pops_per_min": "pops a minute, by loudness,",
    "audible_scratched_percent": "scratched, per cent of the time",
    "audible_crackle_percent": "crackle, per cent of the time",
    "distorted_percent": "distorted, per cent of the time",
    "dropouts_per_min": "dropouts a minute",
    "noise_468_db": "noise from the music, dB",
    "skips": "skips",
    "locked_grooves": "locked grooves",
}
"""As they are said, the more the worse"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure at the earlier and at the later of two plays."""

    measure: str
    words: str
    """What it is called, with its unit"""
    first: float
    last: float
    spread: float
    """By how much two plays of one and the same side may differ in it"""
    changed: Changed


@dataclass(frozen=True, slots=True)
class History:
    """What the plays of a record's side tell."""

    change: str
    """In words, with figures"""
    compare: tuple[str, str] | None
    """The first and last play that can be compared, by their side_id"""
    differences: tuple[Difference, ...]
    """Between these"""


def history(plays: Sequence[Play]) -> History:
    """Compare plays, oldest first: the last with the first, and with the one before it."""
    graded = [play for play in plays if play.summary.grade.label is not None]
    # Another capture is another ear: a microphone hears the room, a file was made elsewhere.
    alike = [play for play in graded if play.summary.source == graded[-1].summary.source]
    left_out = len(plays) - len(alike)
    if len(alike) < 2:
        one = "One play so far: the next one tells whether anything changes."
        none = "No two plays that can be compared yet."
        return History(" ".join([none if left_out else one, *_left_out(left_out)]), None, ())
    first, before, last = alike[0], alike[-2], alike[-1]
    found = differences(first, last)
    words = [_sentence(found, "the first play", first)]
    if before is not first:
        words.append(_sentence(differences(before, last), "the play before", before))
    return History(
        change=" ".join([*words, *_left_out(left_out)]),
        compare=(first.summary.side_id, last.summary.side_id),
        differences=found,
    )


def compared(play: Play) -> dict[str, float | None]:
    """Return the measures of a play that plays are compared by; None: not taken."""
    return {name: play.measurements.get(name) for name in _MEASURES}


def differences(first: Play, last: Play) -> tuple[Difference, ...]:
    """Compare two plays in every measure that both have."""
    return tuple(
        _difference(name, words, first, last)
        for name, words in _MEASURES.items()
        if name in first.measurements and name in last.measurements
    )


def _difference(name: str, words: str, first: Play, last: Play) -> Difference:
    one, other = first.measurements[name], last.measurements[name]
    spread = _SURE * math.hypot(
        _deviation(name, one, first.heard_s), _deviation(name, other, last.heard_s)
    )
    changed: Changed = "same"
    if abs(other - one) > spread:
        changed = "more" if other > one else "less"
    return Difference(name, words, one, other, spread, changed)


def _deviation(name: str, value: float, heard_s: float) -> float:
    rule = _rules()[name]
    stretch_s = rule.get("stretch_s", 0.0)
    return deviation(rule["kind"], value, heard_s, rule.get("spread", 0.0), stretch_s)


@cache
def _rules() -> dict[str, Any]:
    text = (resources.files("runout.grading") / "goldmine.toml").read_text("utf-8")
    return {rule["measure"]: rule for rule in tomllib.loads(text)["rule"]}


def _sentence(found: Sequence[Difference], whom: str, than: Play) -> str:
    """What has changed since a play, in words with figures."""
    more = [one for one in found if one.changed == "more"]
    less = [one for one in found if one.changed == "less"]
    since = f"{whom} ({than.summary.started_at[:10]}, {than.summary.grade.label})"
    if not more and not less:
        shown = max(found, key=_share, default=None)
        figures = "" if shown is None else f", {_figures(shown)}"
        return (
            f"As at {since}: nothing differs by more than two plays of the same side may{figures}."
        )
    told = "; ".join(_figures(one) for one in (*more, *less))
    if more and less:
        return f"Some is worse and some better than at {since}: {told}."
    return f"{'Worse' if more else 'Better'} than at {since}: {told}."


def _share(one: Difference) -> float:
    """How much of what it may be a difference is."""
    return abs(one.last - one.first) / one.spread if one.spread > 0.0 else 0.0


def _figures(one: Difference) -> str:
    may = f" (may differ by {_figure(one.spread)})" if one.spread > 0.0 else ""
    return f"{one.words} {_figure(one.first)} then, {_figure(one.last)} now{may}"


def _figure(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 20.0 or value == round(value) else f"{value:.1f}"


def _left_out(count: int) -> list[str]:
    if not count:
        return []
    plays = "1 play isn't" if count == 1 else f"{count} plays aren't"
    return [f"{plays} compared: not graded, or heard otherwise than the last one."]
