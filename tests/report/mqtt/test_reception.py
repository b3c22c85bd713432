import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runout.report.mqtt.commands import COMMANDS, Identify, NewSide
from runout.report.mqtt.reception import ANSWERS_PER_S, REMEMBERED, WAITING, Reception


class Desk:
    """A reception, what it said, and a clock to turn."""

    def __init__(self) -> None:
        self.said: list[dict[str, object]] = []
        self.now = 0.0
        self.reception = Reception(
            lambda said: self.said.append(json.loads(said)), lambda: self.now
        )

    def take(self, name: str, raw: bytes = b"{}", retained: bool = False) -> None:
        self.now += 1.0
        self.reception.take(name, raw, retained)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_command_waits_for_its_thread_and_is_answered(desk: Desk) -> None:
    desk.take("new_side", b'{"id": "a"}')
    assert desk.said == []
    (request,) = desk.reception.waiting()
    assert request.command == NewSide()
    desk.reception.answer(request)
    desk.take("calibrate")
    (request,) = desk.reception.waiting()
    desk.reception.answer(request, None, {"hum_needle_up_dbfs": -71.23456})
    assert desk.said == [
        {"id": "a", "command": "new_side", "ok": True, "error": None},
        {
            "id": None,
            "command": "calibrate",
            "ok": True,
            "error": None,
            "measured": {"hum_needle_up_dbfs": -71.23},
        },
    ]


def test_rubbish_is_answered_with_its_id_where_it_has_one(desk: Desk) -> None:
    desk.take("sensitivity", b'{"id": "q", "sensitivity": 3}')
    desk.take("sensitivity", b"\xff\xfe")
    desk.take("sensitivity", b'{"id": "q"}' + b" " * 5000)
    assert [(answer["id"], answer["ok"]) for answer in desk.said] == [
        ("q", False),
        (None, False),
        (None, False),
    ]
    assert list(desk.reception.waiting()) == []


def test_a_retained_command_is_refused(desk: Desk) -> None:
    desk.take("new_side", b'{"id": "r"}', retained=True)
    assert list(desk.reception.waiting()) == []
    assert desk.said[0]["id"] == "r"
    assert "retained" in str(desk.said[0]["error"])


def test_a_command_that_comes_again_is_obeyed_once_and_answered_again(desk: Desk) -> None:
    desk.take("new_side", b'{"id": "a"}')
    desk.take("new_side", b'{"id": "a"}')
    (request,) = desk.reception.waiting()
    desk.reception.answer(request, "no side plays")
    desk.take("new_side", b'{"id": "a"}')
    assert list(desk.reception.waiting()) == []
    assert len(desk.said) == 2
    assert desk.said[0] == desk.said[1]


def test_too_many_are_told_so_and_a_flood_is_passed_over(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(WAITING + 3):
        desk.take("identify", json.dumps({"id": str(number)}).encode())
    assert [answer["error"] for answer in desk.said] == ["too many commands are waiting"] * 3
    assert [request.command for request in desk.reception.waiting()] == [Identify()] * WAITING
    # One that found no room may come again.
    desk.take("identify", json.dumps({"id": str(WAITING)}).encode())
    assert len(list(desk.reception.waiting())) == 1
    desk.now += 1.0
    for _ in range(1000):
        desk.reception.take("identify", b"rubbish", False)
    assert len(desk.said) == 3 + ANSWERS_PER_S
    assert len(caplog.records) == 1


def test_it_remembers_so_many_ids_and_no_more(desk: Desk) -> None:
    for number in range(10 * REMEMBERED):
        desk.take("identify", json.dumps({"id": str(number)}).encode())
        for request in desk.reception.waiting():
            desk.reception.answer(request)
    assert len(desk.reception._answers) == REMEMBERED


@given(
    st.lists(
        st.tuples(
            st.sampled_from(COMMANDS),
            st.binary(max_size=30)
            | st.fixed_dictionaries({}, optional={"id": st.text(), "note": st.text()}).map(
                lambda fields: json.dumps(fields).encode()
            ),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_each_is_answered_at_once_or_waits(commands: list[tuple[str, bytes, bool]]) -> None:
    desk = Desk()
    for name, raw, retained in commands:
        before = len(desk.said)
        desk.take(name, raw, retained)
        waiting = list(desk.reception.waiting())
        assert len(desk.said) - before + len(waiting) == 1
        assert not (retained and waiting)
        for request in waiting:
            desk.reception.answer(request)
