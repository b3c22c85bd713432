"""The page: all that was heard of a side, in one file of HTML that needs nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from runout import __version__
from runout.defects.event import Event, Kind
from runout.grading.grade import LABELS, Evidence, Label
from runout.report.advice import advice
from runout.report.messages import side_fields
from runout.report.opinion import opinion_words
from runout.report.page import colours, listing, measures, parts
from runout.report.page.disc import Disc, disc_of
from runout.report.page.excerpts import Excerpt
from runout.report.page.scan import Scan
from runout.report.page.timeline import Timeline, timeline_of
from runout.report.page.words import event_words, found_words, length_words
from runout.report.payload import Payload, printable
from runout.report.terminal.lines import clock
from runout.side.side import SideEnded

_LEAST_SHARE = 0.005
"""Less likely grades are left out"""
_SURE = ((0.9, "Sure"), (0.7, "Fairly sure"), (0.5, "Likelier than not"), (0.0, "A close call"))
"""By the least probability that is said so of"""


@dataclass(frozen=True, slots=True)
class _Likely:
    label: Label
    number: int
    share: float
    percent: str


@dataclass(frozen=True, slots=True)
class _EvidenceRow:
    name: str
    value: str
    unit: str
    label: Label
    number: int
    limits: bool


@dataclass(frozen=True, slots=True)
class _Heard:
    words: str
    kind: Kind
    path: str
    x: str
    marker_words: str
    data: str


@dataclass(frozen=True, slots=True)
class _Listing:
    name: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class _View:
    """What the template shows."""

    side: SideEnded
    file: str
    label_number: int
    grade_name: str
    reason: str
    confidence: str
    likely: tuple[_Likely, ...]
    opinion: str
    """Empty where there is none"""
    facts: tuple[tuple[str, str], ...]
    found: str
    timeline: Timeline
    excerpts: tuple[_Heard, ...]
    excerpt_length: str
    disc: Disc
    disc_label: str
    disc_speed: str
    disc_note: str
    evidence: tuple[_EvidenceRow, ...]
    advice: tuple[str, ...]
    rows: tuple[parts.Row, ...]
    listings: tuple[_Listing, ...]
    groups: tuple[tuple[str, tuple[measures.Row, ...]], ...]
    version: str
    made: str


def page(
    file: str, side: SideEnded, scan: Scan | None, excerpts: Sequence[Excerpt], made: datetime
) -> bytes:
    """Return the page in UTF-8; `file` is the sound file's name, `made` an aware time.

    Without a `scan`, as of a side whose sound nobody kept, it has no pictures of the sound.
    """
    css, js = _text("page.css") + _colours_css(), _text("page.js")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string(_text("page.html.jinja"))
    html = template.render(
        view=_view(file, side, scan, excerpts, made),
        css=Markup(css),
        js=Markup(js),
        css_hash=_hash(css),
        js_hash=_hash(js),
        clock=clock,
        words=event_words,
    )
    return html.encode()


def _text(name: str) -> str:
    return resources.files("runout.report.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _colours_css() -> str:
    """A class for each colour: the page's own policy forbids style attributes."""
    grades = [
        f".g{number}{{background:{colour}}}.f{number}{{fill:{colour}}}"
        for number, colour in enumerate(colours.GRADES[label] for label in LABELS)
    ]
    grades.append(f".g-none{{background:{colours.WITHHELD}}}.f-none{{fill:{colours.WITHHELD}}}")
    kinds = [
        f".k-{kind}{{fill:{colour}}}.s-{kind}{{stroke:{colour}}}"
        f"main:has(#show-{kind}:not(:checked)) .of-{kind}{{display:none}}"
        for kind, colour in colours.KINDS.items()
    ]
    return "\n".join([*grades, *kinds, ""])


def _view(
    file: str, side: SideEnded, scan: Scan | None, excerpts: Sequence[Excerpt], made: datetime
) -> _View:
    grade = side.grade
    fields = Payload(side_fields(side))
    second = fields.table_or_none("second_opinion")
    disc = disc_of(side)
    listings = (
        _Listing("Discogs", "discogs", listing.discogs(side)),
        _Listing("eBay", "ebay", listing.ebay(side)),
    )
    found = found_words(side.counts)
    return _View(
        side=side,
        file=printable(file),
        label_number=0 if grade.label is None else LABELS.index(grade.label),
        grade_name=grade.name or grade.label or "",
        reason=reason_words(side),
        confidence=confidence_words(grade.confidence),
        likely=_likely(side),
        opinion="" if second is None else _sentence(opinion_words(second)),
        facts=_facts(side, made),
        found=f"Heard in all: {found}.",
        timeline=timeline_of(side, scan, side.duration_s, excerpts),
        excerpts=tuple(_heard(one, side) for one in excerpts),
        excerpt_length=length_words(excerpts[0].length_s) if excerpts else "",
        disc=disc,
        disc_label=f"The side as a disc: {found}",
        disc_speed=_speed(side.rpm),
        disc_note=_disc_note(disc),
        evidence=_evidence(grade.evidence),
        advice=tuple(advice(fields.table("measurements"))),
        rows=parts.rows(side.parts, side.events, side.tracks),
        listings=() if grade.label is None else listings,
        groups=measures.groups(side.measurements),
        version=__version__,
        made=f"{made:%Y-%m-%d %H:%M}",
    )


def reason_words(side: SideEnded) -> str:
    """Return why the grade is what it is, without the label that stands beside it."""
    words = side.grade.reason or side.grade.limited_by
    if side.grade.label is not None:
        words = words.removeprefix(f"{side.grade.label}: ")
    return _sentence(words.removeprefix("nothing: "))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def confidence_words(confidence: float | None) -> str:
    """Return how sure the grade is, in words and per cent."""
    if confidence is None:
        return ""
    words = next(words for least, words in _SURE if confidence >= least)
    return f"{words} ({confidence:.0%})."


def _likely(side: SideEnded) -> tuple[_Likely, ...]:
    return tuple(
        _Likely(label, LABELS.index(label), share, f"{share:.0%}")
        for label, share in side.grade.probabilities.items()
        if share >= _LEAST_SHARE
    )


def _facts(side: SideEnded, made: datetime) -> tuple[tuple[str, str], ...]:
    tracks = len({part.track for part in side.parts if part.track is not None})
    found = [
        ("length", clock(side.duration_s, 0)),
        ("needle down", _needle_down(side.time_s)),
        ("music heard", clock(side.heard_s, 0)),
        ("tracks", str(tracks) if tracks else ""),
        ("speed", _speed(side.rpm) or "not told by the record"),
        ("sampled at", f"{side.sample_rate / 1000:g} kHz" if side.sample_rate else ""),
        ("graded", f"{made:%d %B %Y}".lstrip("0")),
        ("table", f"{side.grade.scale} {side.grade.table_version}"),
        ("model", f"{side.model.name} {side.model.version}"),
    ]
    return tuple((name, value) for name, value in found if value)


def _needle_down(time_s: float) -> str:
    """Where the reason counts its times from, if that isn't the file's start."""
    return f"at {clock(time_s, 0)}; the reason counts from there" if time_s >= 1.0 else ""


def _speed(rpm: float | None) -> str:
    return "" if rpm is None else f"{rpm:.2f} rpm"


def _disc_note(disc: Disc) -> str:
    if not disc.dots and not disc.scratches and not disc.jumps:
        return "There is nothing to show on it."
    if disc.assumed:
        return "Nothing told the speed: drawn as if at 33 1/3 rpm, so the angles may be wrong."
    return f"Drawn at {disc.rpm:.2f} rpm, as measured."


def _evidence(evidence: Sequence[Evidence]) -> tuple[_EvidenceRow, ...]:
    """The worst first; what limits is what is as bad as the worst."""
    ordered = sorted(evidence, key=lambda one: one.index, reverse=True)
    return tuple(
        _EvidenceRow(
            measures.measure_words(one.measure),
            measures.value_words(one.measure, one.value),
            one.unit,
            one.grade,
            LABELS.index(one.grade),
            limits=place == 0 and one.grade != "NM",
        )
        for place, one in enumerate(ordered)
    )


def _heard(excerpt: Excerpt, side: SideEnded) -> _Heard:
    event = excerpt.event
    whole = next((one for one in side.events if one.id == event.part_of), None)
    full = max(*excerpt.peak, 1e-6)
    step = 400.0 / len(excerpt.peak)
    high = [25.0 * value / full for value in excerpt.peak]
    there = [f"{place * step:.0f} {25 - size:.1f}" for place, size in enumerate(high)]
    back = [f"{place * step:.0f} {25 + size:.1f}" for place, size in enumerate(high)][::-1]
    return _Heard(
        words=event_words(event) + ("" if whole is None else f" · {_whole_words(whole)}"),
        kind=event.kind,
        path=f"M{'L'.join(there + back)}Z",
        x=f"{400.0 * excerpt.marker:.1f}",
        marker_words=f"{excerpt.marker * excerpt.length_s:.1f} s",
        data=excerpt.data,
    )


def _whole_words(episode: Event) -> str:
    turns = f" of {episode.turns} turns" if episode.turns is not None else ""
    return f"part of a {episode.kind}{turns}" if episode.kind == "scratch" else "amid crackle"
