"""What a collector reads while the record plays: payloads of the MQTT contract as lines of text."""

import math
import textwrap
from collections.abc import Mapping

from runout.report.advice import advice
from runout.report.opinion import opinion_words
from runout.report.payload import Payload
from runout.report.terminal.lettering import large
from runout.report.terminal.style import Style

DB_PER_CELL = 3.0
"""Decibels over the programme that one cell of a defect's bar stands for"""
BAR_CELLS = 12
METER_CELLS = 16
METER_FLOOR_DB = -60.0
"""dBFS at the left end of the level meter; its right end is full scale"""
LEAST_SHARE = 0.05
"""Probabilities below it are left out"""
_SURE = (
    (0.9, "sure"),
    (0.7, "fairly sure"),
    (0.5, "likelier than not"),
    (-math.inf, "a close call"),
)
"""How sure a grade is, by the least probability that is said so of"""

BOLD = "1"
DIM = "2"
_GREEN, _YELLOW, _RED, _MAGENTA, _CYAN = "32", "33", "31", "35", "36"

_KIND_COLOURS = {
    "click": _YELLOW,
    "pop": "93",  # bright yellow: the same, more of it
    "crackle": _CYAN,
    "scratch": _MAGENTA,
    "skip": _RED,
    "locked_groove": _RED,
}
_GRADE_COLOURS = {
    "NM": _GREEN,
    "VG+": _GREEN,
    "VG": _YELLOW,
    "G+": _YELLOW,
    "G": _RED,
    "F": _RED,
    "P": _RED,
}
_PLURALS = {
    "click": "clicks",
    "pop": "pops",
    "scratch": "scratches",
    "crackle": "stretches of crackle",
    "skip": "skips",
    "locked_groove": "locked grooves",
    "dropout": "dropouts",
    "distortion": "stretches of distortion",
    "clipping": "stretches of clipping",
    "capture_glitch": "capture glitches",
}
_SINGULARS = {
    "crackle": "stretch of crackle",
    "distortion": "stretch of distortion",
    "clipping": "stretch of clipping",
}


def needle_down_lines(style: Style) -> list[str]:
    """Return what is said as the needle goes down, with the heads of the columns below it."""
    heads = f"  {'time':>12}   {'defect':<22} {'channel':<8} over the music"
    return [
        "",
        style.paint(f"  {style.marks.needle_down} needle down", BOLD),
        "",
        style.paint(heads, DIM),
    ]


def event_line(event: Payload, style: Style) -> str:
    """Return a line for an `event`: when, what, in which channel, how loud."""
    kind = event.text("kind")
    phase = event.text("phase")
    time_s = event.number("time_s")
    peak_db = event.number_or_none("peak_db")
    words = kind.replace("_", " ")
    note = ""
    if phase == "begin":
        words += " began"
    elif phase == "end":
        words += " ends"
        duration_s = event.number("duration_s")
        time_s += duration_s
        rate_per_s = event.number_or_none("rate_per_s")
        rate = "" if rate_per_s is None else f"{rate_per_s:.0f} a second for "
        note = f"  {_turns(event)}{rate}{duration_s:.1f} s"
    elif kind == "skip":
        note = f"  {_jump(event)}"
    level = "" if peak_db is None else f"{peak_db:+.1f} dB"
    cells = 0 if peak_db is None else max(0, min(BAR_CELLS, round(peak_db / DB_PER_CELL)))
    colour = _KIND_COLOURS.get(kind)
    return (
        f"  {clock(time_s, decimals=3):>12}   {style.paint(f'{words:<22}', colour)} "
        f"{event.text('channel'):<8} {level:>8}  "
        f"{style.paint(style.marks.bar * cells, colour)}{style.paint(note, DIM)}"
    ).rstrip()


def meter_line(state: Payload, style: Style) -> str:
    """Return the live line of a `state`: where in the side, how loud, how many clicks."""
    levels = state.table("level_db")
    meters = "  ".join(
        f"{name} {_meter(levels.number_or_none(key), style)}"
        for name, key in (("L", "left"), ("R", "right"))
    )
    position = clock(state.number("elapsed_s"), decimals=0)
    return f"  {position:>8}  {meters}  {state.number('clicks_per_min'):.0f}/min"


def side_lines(side: Payload, style: Style) -> list[str]:
    """Return the end of a side: its grade in a frame, with reason, evidence and advice."""
    duration = clock(side.number("duration_s"), decimals=0)
    rpm = side.number_or_none("rpm")
    speed = "" if rpm is None else f" at {rpm:.4g} rpm"
    found = counts_words(side.table("counts").numbers())

    inner = style.columns - 8
    up = style.paint(f"  {style.marks.needle_up} needle up after {duration}{speed}", BOLD)
    grade = side.table("grade")
    second = side.table_or_none("second_opinion")
    parts = [
        _grade_part(grade, inner, style),
        [] if second is None else textwrap.wrap(opinion_words(second), inner),
        _evidence_part(grade, inner, style),
        textwrap.wrap(f"heard in all: {found}", inner, subsequent_indent=" " * 7),
        [
            line
            for sentence in advice(side.table("measurements"))
            for line in textwrap.wrap(sentence, inner, subsequent_indent=" " * 2)
        ],
    ]
    return ["", up, "", *_framed([part for part in parts if part], inner, style), ""]


def last_side_line(side: Payload) -> str:
    """Return one line for a side that ended before we listened."""
    grade = side.table("grade")
    label = grade.text_or_none("label") or "not graded"
    # A side that was said before there were reasons is still at the broker.
    reason = grade.text_or_none("reason") or f"{label}: {grade.text('limited_by')}"
    return f"  last side: {reason}"


def counts_words(counts: Mapping[str, float]) -> str:
    """Return counts in words: '12 clicks, 1 pop'; kinds that weren't heard stay unsaid."""
    words = []
    for kind, count in counts.items():
        plain = kind.replace("_", " ")
        name = _SINGULARS.get(kind, plain) if count == 1 else _PLURALS.get(kind, plain)
        if count > 0:
            words.append(f"{count:,.0f} {name}")
    return ", ".join(words) or "no defects"


def clock(seconds: float, decimals: int) -> str:
    """Return a time as m:ss, or h:mm:ss from an hour on, with decimals of a second."""
    units = round(max(0.0, seconds) * 10**decimals)
    whole, fraction = divmod(units, 10**decimals)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return f"{text}.{fraction:0{decimals}}" if decimals else text


def _turns(event: Payload) -> str:
    """How many turns an episode has, and of how fast a record."""
    turns, rpm = event.number_or_none("turns"), event.number_or_none("rpm")
    if turns is None or rpm is None:
        return ""
    return f"{turns:.0f} {'turn' if turns == 1 else 'turns'} at {rpm:.1f} rpm, "


def _jump(event: Payload) -> str:
    turns = event.number_or_none("turns")
    if turns is None or turns == 0:
        return ""
    grooves = "groove" if abs(turns) == 1 else "grooves"
    return f"{abs(turns):.0f} {grooves} {'back' if turns < 0 else 'ahead'}"


def _meter(level_db: float | None, style: Style) -> str:
    share = 0.0 if level_db is None else 1.0 - level_db / METER_FLOOR_DB
    cells = max(0, min(METER_CELLS, round(share * METER_CELLS)))
    bar = style.marks.bar * cells + style.marks.rest * (METER_CELLS - cells)
    return f"{bar} {'silent' if level_db is None else f'{level_db:.0f} dB':>6}"


def _grade_part(grade: Payload, inner: int, style: Style) -> list[str]:
    """The grade in large letters, and beside it what it is, why, and how sure."""
    label = grade.text_or_none("label")
    letters = large(label or "", style.blocks)
    colour = _GRADE_COLOURS.get(label or "")
    left = len(letters[0]) + 3 if letters else 0
    if label is None:
        words = ["No play grade: " + grade.text("limited_by")]
    else:
        name = grade.text_or_none("name") or label
        words = [
            f"{name}, a play grade on the {grade.text('scale').capitalize()} scale (estimate)",
            grade.text_or_none("reason") or f"limited by {grade.text('limited_by')}",
        ]
        words += _likely(grade)
    beside = [line for text in words for line in textwrap.wrap(text, inner - left)]
    height = max(len(letters), len(beside))
    letters += [""] * (height - len(letters))
    beside += [""] * (height - len(beside))
    return [
        style.paint(f"{letter:<{left}}", colour) + f"{text:<{inner - left}}"
        for letter, text in zip(letters, beside, strict=True)
    ]


def _likely(grade: Payload) -> list[str]:
    """How sure the grade is, in a word, and what else it may be."""
    shares = grade.table("probabilities").numbers()
    likely = sorted(shares.items(), key=lambda item: -item[1])
    listed = [f"{label} {share:.0%}" for label, share in likely if share >= LEAST_SHARE]
    # Null in a side that was graded before there was one.
    confidence = grade.number_or_none("confidence")
    if confidence is None:
        return [f"likely: {', '.join(listed)}"] if len(listed) > 1 else []
    sure = next(words for least, words in _SURE if confidence >= least)
    return [f"{sure}: {', '.join(listed)}"] if listed else [sure]


def _evidence_part(grade: Payload, inner: int, style: Style) -> list[str]:
    """One row a measure: its value, its unit, and the grade that it alone would allow."""
    rows = grade.rows("evidence")
    if not rows:
        return []
    measure = inner - 32
    lines = [style.paint(f"{'measure':<{measure}} {'value':>10}  {'unit':<12} {'allows':<6}", DIM)]
    for row in rows:
        allows = row.text("grade")
        lines.append(
            f"{_cut(row.text('measure').replace('_', ' '), measure):<{measure}} "
            f"{_value(row.number_or_none('value')):>10}  {_cut(row.text('unit'), 12):<12} "
            + style.paint(f"{_cut(allows, 6):<6}", _GRADE_COLOURS.get(allows))
        )
    return lines


def _framed(parts: list[list[str]], inner: int, style: Style) -> list[str]:
    """Put parts in a frame with lines between; each line is `inner` wide or, unpainted, shorter."""
    marks = style.marks
    across = marks.across * (inner + 4)
    top_left, top_right, bottom_left, bottom_right = marks.corners
    left_tee, right_tee = marks.tees
    lines = [f"  {top_left}{across}{top_right}"]
    for number, part in enumerate(parts):
        if number > 0:
            lines.append(f"  {left_tee}{across}{right_tee}")
        lines += [f"  {marks.upright}  {line:<{inner}}  {marks.upright}" for line in part]
    return [*lines, f"  {bottom_left}{across}{bottom_right}"]


def _value(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e6 else f"{value:.4g}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "~"
