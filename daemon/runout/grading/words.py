"""The reason for a grade as a dealer would write it: what is heard, and where."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from runout.defects.event import Event, Kind
from runout.grading import rules
from runout.grading.grade import Evidence, Label
from runout.grading.places import about, clock, listed, rated_parts, where, which
from runout.side.cuts import covered_s, outside
from runout.side.tracks import Part
from runout.side.weighed import crackle_share, loudness_of, members_of

MOST_REASONS = 3
"""More is a list, and no reason"""
_FEW = 3
"""Up to so many are counted out"""
_LOUD_DB = 20.0
"""Over its masked threshold a click is loud, ..."""
_SOFT_DB = 10.0
"""... and below so much soft"""
_SELDOM_PER_MIN = 1.0
_MINUTE_S = 60.0
_MAIN = 0.6
"""A scratch that takes so much of the scratched time is the one to name"""
_HEARD_SHARE = 0.05
"""Crackle that fills so much of its time with what is heard is heard"""
_GROOVE_S = 1.0
"""Of a lead-in or gap: there may be no noise to measure in a shorter one"""
_THROUGHOUT = 1.0 / 3.0
"""Less of the time isn't throughout, though it be in every track"""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DENSE: tuple[rules.Place, ...] = ("clicks", "pops", "scratches", "crackle")
"""What a bad minute is made of"""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of where defects are."""

    events: Sequence[Event]
    parts: Sequence[Part]


NOWHERE = Told((), ())


def phrases(rated: Sequence[tuple[rules.Rule, Evidence]], label: Label, told: Told) -> list[str]:
    """Return why a side is `label` and no better: at most three reasons, the worst first."""
    limiting = sorted(
        (one for one in rated if one[1].grade == label), key=lambda one: -one[1].index
    )
    said: list[str] = []
    places: list[rules.Place | None] = []
    for rule, evidence in limiting:
        if rule.place == "worst_minute" and any(place in _DENSE for place in places):
            continue
        phrase = _phrase(rule, evidence, told) or rule.words.format(value=evidence.value)
        if phrase not in said:
            said.append(phrase)
            places.append(rule.place)
    return said[:MOST_REASONS]


def _phrase(rule: rules.Rule, evidence: Evidence, told: Told) -> str:
    """One reason; empty where nothing tells where it is."""
    if rule.place is None or not any(part.track is not None for part in told.parts):
        return ""
    return _PHRASES[rule.place](told, evidence)


def _impulses(kind: Kind, noun: str) -> Callable[[Told, Evidence], str]:
    """Phrases for single events, few or many: 'one loud pop in track 2'."""

    def phrase(told: Told, _evidence: Evidence) -> str:
        events = [event for event in _rated(told, (kind,)) if event.part_of is None]
        if not events:
            return ""
        spans, manner = _spans(events), _manner(events)
        if len(events) <= _FEW:
            return f"{_few(events, noun)}{which(spans, told.parts)}"
        place = where(spans, told.parts).words
        heard_s = events[-1].time_s - events[0].time_s
        minutes = _minutes(told.parts) if place == " throughout" else max(1.0, heard_s / 60.0)
        rate = len(events) / minutes
        if rate < _SELDOM_PER_MIN:
            return f"now and then a {manner}{noun}{'' if place == ' throughout' else place}"
        often = f", about {_round(rate)} a minute" if place == " throughout" else ""
        return f"{manner}{noun}s{place}{often}"

    return phrase


def _stretches(kind: Kind, noun: str) -> Callable[[Told, Evidence], str]:
    """Phrases for what lasts: 'crackle in the first 30 s of track 1'."""

    def phrase(told: Told, _evidence: Evidence) -> str:
        events = _rated(told, (kind,))
        if not events:
            return ""
        place, all_s = where(_spans(events), told.parts), covered_s(events)
        if place.words == " throughout" and all_s < _THROUGHOUT * 60.0 * _minutes(told.parts):
            return f"{noun} here and there, {about(all_s)} in all"
        length = "" if place.tells_length else f" for {about(all_s)}"
        return f"{noun}{length}{place.words}"

    return phrase


def _jumps(kind: Kind, noun: str) -> Callable[[Told, Evidence], str]:
    """Phrases for what must be found by the buyer: 'a skip in track 3 at 12:04'."""

    def phrase(told: Told, _evidence: Evidence) -> str:
        events = _rated(told, (kind,))
        if not events:
            return ""
        first = events[0]
        # From the needle's going down: a box counts from when it was switched on.
        since_s = first.time_s - told.parts[0].start_s
        place = f"{which(_spans([first]), told.parts)} at {clock(since_s)}"
        if len(events) == 1:
            return f"a {noun}{place}"
        return f"{_number(len(events))} {noun}s, the first{place}"

    return phrase


def _scratches(told: Told, _evidence: Evidence) -> str:
    scratches = _rated(told, ("scratch",))
    if not scratches:
        return ""
    spans = _spans(scratches)
    all_s = covered_s(scratches)
    start, end = main = max(spans, key=lambda span: span[1] - span[0])
    if end - start >= _MAIN * all_s:
        return f"ticks every turn for {about(end - start)}{which([main], told.parts)}"
    place = which(spans, told.parts)
    if place == " throughout" and all_s < _THROUGHOUT * 60.0 * _minutes(told.parts):
        place = " here and there"
    return f"ticks every turn{place}, {about(all_s)} in all"


def _worst_minute(told: Told, _evidence: Evidence) -> str:
    tracks = [(part.start_s, part.end_s) for part in told.parts if part.track is not None]
    events = [
        event
        for event in _rated(told, ("click", "pop"))
        if event.part_of is None and any(start <= event.time_s < end for start, end in tracks)
    ]
    if not events:
        return ""
    times = np.array([event.time_s for event in events])
    until = np.searchsorted(times, times + _MINUTE_S, "left")
    sums = np.concatenate(([0.0], np.cumsum([loudness_of(event) for event in events])))
    begin = int(np.argmax(sums[until] - sums[:-1]))
    worst = events[begin : until[begin]]
    noun = "pop" if all(event.kind == "pop" for event in worst) else "click"
    place = which(_spans(worst), told.parts)
    if len(worst) <= _FEW:
        return f"{_few(worst, noun)}{' within a minute' * (len(worst) > 1)}{place}"
    return f"about {_round(len(worst))} {noun}s within a minute{place}"


def _groove(told: Told, evidence: Evidence) -> str:
    names = {part.name for part in told.parts if part.end_s - part.start_s >= _GROOVE_S}
    heard = ["in the lead-in"] * ("lead_in" in names) + ["between the tracks"] * ("gap" in names)
    return _noise(evidence) + listed(heard or ["in the run-out"])


def _quiet_passages(_told: Told, evidence: Evidence) -> str:
    return _noise(evidence) + "in quiet passages"


def _noise(evidence: Evidence) -> str:
    return {"VG+": "light noise ", "VG": "noise heard "}.get(evidence.grade, "strong noise ")


_PHRASES: Mapping[rules.Place, Callable[[Told, Evidence], str]] = {
    "clicks": _impulses("click", "click"),
    "pops": _impulses("pop", "pop"),
    "worst_minute": _worst_minute,
    "scratches": _scratches,
    "crackle": _stretches("crackle", "crackle"),
    "distortion": _stretches("distortion", "distortion"),
    "dropouts": _impulses("dropout", "dropout"),
    "skips": _jumps("skip", "skip"),
    "locked_grooves": _jumps("locked_groove", "locked groove"),
    "groove": _groove,
    "quiet_passages": _quiet_passages,
}


def _rated(told: Told, kinds: Sequence[Kind]) -> list[Event]:
    """Events of some kinds that count for the grade and can be heard, in order of time."""
    rated = rated_parts(told.parts)
    between = [(one.end_s, other.start_s) for one, other in pairwise(rated)]
    after = (rated[-1].end_s, math.inf) if rated else (-math.inf, math.inf)
    members = members_of(told.events) if "crackle" in kinds else {}
    heard = [
        event
        for event in told.events
        if event.kind in kinds and _is_heard(event, members.get(event.id, ()))
    ]
    return sorted(
        (
            event
            for event in outside(heard, [*between, after])
            if any(part.start_s <= event.time_s < part.end_s for part in rated)
        ),
        key=lambda event: event.time_s,
    )


def _is_heard(event: Event, members: Sequence[Event]) -> bool:
    if event.kind == "crackle":
        # Dense ticks are heard together where most of them wouldn't be by themselves.
        return crackle_share(event, members) >= _HEARD_SHARE
    return event.audible_db is None or event.audible_db > 0.0


def _few(events: Sequence[Event], noun: str) -> str:
    """Up to three of them, counted out: 'two loud pops'."""
    return f"{_NUMBERS[len(events)]} {_manner(events)}{noun}{'s' * (len(events) > 1)}"


def _manner(events: Sequence[Event]) -> str:
    """How loudly most of them are heard: 'loud ', 'soft ' or nothing."""
    known = [event.audible_db for event in events if event.audible_db is not None]
    if not known:
        return ""
    level_db = float(np.median(known))
    return "loud " if level_db > _LOUD_DB else "soft " if level_db < _SOFT_DB else ""


def _spans(events: Sequence[Event]) -> list[tuple[float, float]]:
    return [(event.time_s, event.time_s + event.duration_s) for event in events]


def _minutes(parts: Sequence[Part]) -> float:
    return max(1.0, sum(part.end_s - part.start_s for part in rated_parts(parts))) / 60.0


def _round(number: float) -> str:
    """A number as one would say it: 3, 15, 40, 200."""
    step = 1 if number < 10.0 else 5 if number < 50.0 else 10 if number < 200.0 else 50
    return _number(step * round(number / step))


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
