"""What is printed, letter by letter."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.examples import CRACKLE, GRADE, PLAYING, SIDE
from runout.report import messages
from runout.report.payload import LONGEST_TEXT, Payload, PayloadError
from runout.report.terminal import lines
from runout.report.terminal.lettering import large
from runout.report.terminal.style import ASCII_MARKS, BLOCK_MARKS, FEWEST_COLUMNS, Style
from runout.side.side import DefectHeard

BLOCKS = Style(BLOCK_MARKS)
ASCII = Style(ASCII_MARKS)
"""Plain: neither has colour"""


def event(**fields: object) -> Payload:
    return Payload(
        {
            "kind": "click",
            "phase": "single",
            "channel": "left",
            "time_s": 12.3456,
            "duration_s": 0.001,
            "peak_db": 14.2,
            **fields,
        }
    )


def side(**fields: object) -> Payload:
    return Payload(
        {
            "duration_s": 1190.2,
            "rpm": 33.33,
            "counts": {"click": 1184, "pop": 1, "crackle": 2, "skip": 0},
            "grade": messages.side_fields(SIDE)["grade"],
            "measurements": {},
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        (
            event(),
            "      0:12.346   click                  left     +14.2 dB  ▇▇▇▇▇",
        ),
        (
            event(kind="crackle", phase="begin", channel="both", peak_db=0.4),
            "      0:12.346   crackle began          both      +0.4 dB",
        ),
        (
            event(kind="crackle", phase="end", peak_db=3, duration_s=3.571, rate_per_s=41.2),
            "      0:15.917   crackle ends           left      +3.0 dB  ▇  41 a second for 3.6 s",
        ),
        (
            event(kind="locked_groove", phase="end", peak_db=None, duration_s=7.2),
            "      0:19.546   locked groove ends     left                 7.2 s",
        ),
        (
            event(kind="scratch", phase="end", peak_db=3, duration_s=10.8, turns=7, rpm=33.34),
            "      0:23.146   scratch ends           left      +3.0 dB  ▇  "
            "7 turns at 33.3 rpm, 10.8 s",
        ),
        (
            event(kind="skip", peak_db=None, turns=-1, rpm=33.34),
            "      0:12.346   skip                   left                 1 groove back",
        ),
        (
            event(time_s=3725.0004, peak_db=99.0),
            "   1:02:05.000   click                  left     +99.0 dB  ▇▇▇▇▇▇▇▇▇▇▇▇",
        ),
    ],
)
def test_an_event_is_a_line(payload: Payload, line: str) -> None:
    assert lines.event_line(payload, BLOCKS) == line
    assert lines.event_line(payload, ASCII) == line.replace("▇", "#")


def test_an_event_stands_under_the_heads_of_its_columns() -> None:
    heads = lines.needle_down_lines(BLOCKS)
    assert heads == [
        "",
        "  ▼ needle down",
        "",
        "          time   defect                 channel  over the music",
    ]
    line = lines.event_line(event(), BLOCKS)
    assert line.index("click") == heads[-1].index("defect")
    assert line.index("left") == heads[-1].index("channel")


GRADED = """
  ▲ needle up after 19:50 at 33.33 rpm

  ╭────────────────────────────────────────────────────────────────────────╮
  │  █   █ ▄▀▀▀    ▄     Very Good Plus (VG+), a play grade on the         │
  │  ▀▄ ▄▀ █ ▀▀█  ▀█▀    Goldmine scale (estimate)                         │
  │    ▀    ▀▀▀          VG+: crackle in the lead-in; now and then a       │
  │                      click                                             │
  │                      fairly sure: VG+ 71%, VG 20%, G+ 5%               │
  ├────────────────────────────────────────────────────────────────────────┤
  │  measure                                   value  unit         allows  │
  │  audible clicks per min                    1.123  1/min        VG+     │
  │  surface noise db                         -52.13  dB           NM      │
  ├────────────────────────────────────────────────────────────────────────┤
  │  heard in all: 1,184 clicks, 1 pop, 2 stretches of crackle             │
  ╰────────────────────────────────────────────────────────────────────────╯
"""

GRADED_ASCII = """
  ^ needle up after 19:50 at 33.33 rpm

  +------------------------------------------------------------------------+
  |  #   #  ###          Very Good Plus (VG+), a play grade on the         |
  |  #   # #       #     Goldmine scale (estimate)                         |
  |  #   # # ###  ###    VG+: crackle in the lead-in; now and then a       |
  |   # #  #   #   #     click                                             |
  |    #    ###          fairly sure: VG+ 71%, VG 20%, G+ 5%               |
  +------------------------------------------------------------------------+
  |  measure                                   value  unit         allows  |
  |  audible clicks per min                    1.123  1/min        VG+     |
  |  surface noise db                         -52.13  dB           NM      |
  +------------------------------------------------------------------------+
  |  heard in all: 1,184 clicks, 1 pop, 2 stretches of crackle             |
  +------------------------------------------------------------------------+
"""

WITHHELD = """
  ▲ needle up after 0:02

  ╭────────────────────────────────────────────────────────────────────────╮
  │  No play grade: too short                                              │
  ├────────────────────────────────────────────────────────────────────────┤
  │  heard in all: no defects                                              │
  ╰────────────────────────────────────────────────────────────────────────╯
"""


def test_a_grade_stands_in_a_frame() -> None:
    assert "\n".join(lines.side_lines(side(), BLOCKS)) == GRADED
    assert "\n".join(lines.side_lines(side(), ASCII)) == GRADED_ASCII


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.95, "sure: VG+ 71%"),
        (0.5, "likelier than not: VG+ 71%"),
        (0.49, "a close call: VG+ 71%"),
        (None, "likely: VG+ 71%"),
    ],
)
def test_how_sure_a_grade_is_stands_in_words(confidence: float | None, words: str) -> None:
    grade = {**messages.side_fields(SIDE)["grade"], "confidence": confidence}
    assert f"  {words}, VG 20%, G+ 5%" in "\n".join(lines.side_lines(side(grade=grade), BLOCKS))


def test_a_grade_of_a_box_that_gives_no_reason_is_shown_too() -> None:
    told = messages.side_fields(SIDE)["grade"]
    old = {key: told[key] for key in told if key not in ("reason", "confidence", "name")}
    shown = "\n".join(lines.side_lines(side(grade=old), BLOCKS))
    assert "VG+, a play grade on the Goldmine scale" in shown
    assert "limited by crackle in the lead-in" in shown


def test_a_withheld_grade_says_why() -> None:
    grade = {
        "scale": "goldmine",
        "label": None,
        "index": None,
        "probabilities": {},
        "limited_by": "too short",
        "evidence": [],
    }
    short = side(grade=grade, duration_s=2.4, rpm=None, counts={"click": 0})
    assert "\n".join(lines.side_lines(short, BLOCKS)) == WITHHELD


@pytest.mark.parametrize("columns", [FEWEST_COLUMNS, 63, 76])
def test_a_frame_is_as_wide_as_it_may_be_and_straight(columns: int) -> None:
    grade = messages.side_fields(SIDE)["grade"]
    long = {
        **grade,
        "reason": "one reason after the other, " * 6,
        "evidence": [{"measure": "m" * 90, "value": 1e12, "unit": "u" * 40, "grade": "VG+ and so"}],
    }
    shown = lines.side_lines(side(grade=long), Style(BLOCK_MARKS, columns=columns))
    assert {len(line) for line in shown[3:-1]} == {columns}


def test_colour_changes_no_letter() -> None:
    colour = Style(BLOCK_MARKS, colour=True)
    payload = event(kind="crackle", phase="end", rate_per_s=41.2)
    for plain, painted in (
        (lines.side_lines(side(), BLOCKS), lines.side_lines(side(), colour)),
        (lines.needle_down_lines(BLOCKS), lines.needle_down_lines(colour)),
        ([lines.event_line(payload, BLOCKS)], [lines.event_line(payload, colour)]),
    ):
        text = "\n".join(painted)
        assert "\x1b[" in text
        for code in ("0", "1", "2", "31", "32", "33", "35", "36", "93"):
            text = text.replace(f"\x1b[{code}m", "")
        assert text == "\n".join(plain)


def test_the_meter_shows_place_levels_and_clicks() -> None:
    state = Payload(messages.state_payload(PLAYING))
    assert lines.meter_line(state, BLOCKS) == (
        "      0:12  L ▇▇▇▇▇▇▇▇▇▇······ -23 dB  R ················ silent  7/min"
    )


def test_the_side_before_is_one_line() -> None:
    assert lines.last_side_line(side()) == (
        "  last side: VG+: crackle in the lead-in; now and then a click"
    )
    old = {"label": None, "limited_by": "no music was heard"}
    assert lines.last_side_line(side(grade=old)) == "  last side: not graded: no music was heard"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.000"), (59.9996, "1:00.000"), (3599.9999, "1:00:00.000"), (-0.01, "0:00.000")],
)
def test_a_time_is_rounded_before_it_is_split(seconds: float, text: str) -> None:
    assert lines.clock(seconds, decimals=3) == text


class Screen(io.StringIO):
    """A terminal of a given encoding."""

    def __init__(self, encoding: str | None = "utf-8", tty: bool = True) -> None:
        super().__init__()
        self._encoding = encoding
        self._tty = tty

    @property
    def encoding(self) -> str | None:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._tty


def test_colour_is_for_terminals_that_want_it() -> None:
    assert Style.of(Screen(), {}).colour
    assert Style.of(Screen(), {"NO_COLOR": ""}).colour
    assert not Style.of(Screen(), {"NO_COLOR": "1"}).colour
    assert not Style.of(Screen(), {"TERM": "dumb"}).colour
    assert not Style.of(Screen(tty=False), {}).colour


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [
        ("utf-8", BLOCK_MARKS),
        ("ascii", ASCII_MARKS),
        ("iso8859-1", ASCII_MARKS),
        (None, ASCII_MARKS),
    ],
)
def test_blocks_are_for_terminals_that_have_them(encoding: str | None, marks: object) -> None:
    assert Style.of(Screen(encoding), {}).marks is marks


@pytest.mark.parametrize("label", ["NM", "VG+", "VG", "G+", "G", "F", "P"])
@pytest.mark.parametrize(("blocks", "rows"), [(True, 3), (False, 5)])
def test_every_grade_has_large_letters(label: str, blocks: bool, rows: int) -> None:
    drawn = large(label, blocks)
    assert len(drawn) == rows
    assert {len(line) for line in drawn} == {6 * len(label) - 1}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(["kind", "phase", "channel", "time_s", "duration_s", "peak_db"]), json_values
)
def test_no_event_breaks_it(key: str, value: object) -> None:
    payload = event(phase="end", **({key: value} if key != "phase" else {}))
    try:
        line = lines.event_line(payload, BLOCKS)
    except PayloadError:
        return
    assert line.isprintable()


@given(st.sampled_from(["duration_s", "rpm", "counts", "grade"]), json_values)
def test_no_side_breaks_it(key: str, value: object) -> None:
    try:
        shown = lines.side_lines(side(**{key: value}), BLOCKS)
    except PayloadError:
        return
    assert all(line.isprintable() for line in shown)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"time_s": NaN}',
        b"[" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
        b" " * 300_000,
    ],
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(PayloadError):
        Payload.from_json(raw)


def test_numbers_beyond_reason_are_refused() -> None:
    payload = Payload.from_json(b'{"huge": 1e999, "long": 1' + b"0" * 400 + b', "truth": true}')
    for key in ("huge", "long", "truth", "missing"):
        with pytest.raises(PayloadError, match=key):
            payload.number(key)


def test_text_cannot_steer_the_terminal() -> None:
    payload = Payload({"kind": "\x1b[2Jclick\n\u202e" + "x" * 1000})
    assert payload.text("kind").startswith("?[2Jclick??xxx")
    assert len(payload.text("kind")) == LONGEST_TEXT


def test_the_payloads_of_the_publisher_are_what_is_read() -> None:
    heard = DefectHeard("s1", "end", CRACKLE)
    payload = Payload(messages.event_payload(heard, datetime.now(UTC)))
    assert "crackle ends" in lines.event_line(payload, BLOCKS)
    told = messages.side_payload(SIDE, datetime.now(UTC))
    assert lines.side_lines(Payload(told), BLOCKS)[4].endswith("│")
    assert GRADE.limited_by in "\n".join(lines.side_lines(Payload(told), BLOCKS))
