"""Settings and commands as mistakes, mishaps and malice make them: one line, at once."""

import json
import random
import re
import string
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from faults.damage import damaged
from faults.scale import endured, times
from runout import config
from runout.errors import RunoutError
from runout.report.mqtt.commands import COMMANDS
from runout.report.mqtt.reception import Reception

SHIPPED = (Path(__file__).parents[2] / "systemd" / "runout.toml").read_text(encoding="utf-8")
# With every setting set.
SET = re.sub(r"^#(\w+ = )", r"\1", SHIPPED, flags=re.MULTILINE)
MALFORMED = times(10_000, 500)
LONGEST_S = 2.0
GROWTH_KB = 3_000

VALUES = (
    '""', '"x"', "''", "0", "-1", "1e400", "nan", "-inf", "true", "[]", "{}", "[[]]", "1979-05-27",
    "07:32:00", '"\\u0000"', '"\\ud800"', '"' + "x" * 5000 + '"', "9" * 400, "9" * 5000,
    "0x" + "f" * 5000,
    "[" * 2000, "{a=" * 500, '"""', "'''", "\x00", "é", "inf", "[{a = 0x" + "f" * 5000 + "}]",
    '"a\\nb"', "{host = 1}",
)  # fmt: skip


def malformed(seed: int) -> bytes:
    """Settings that are wrong in one of many ways, now and then in none."""
    chance = random.Random(seed)
    text = SET if chance.random() < 0.7 else SHIPPED
    keys = re.findall(r"^#?(\w+) = ", text, re.MULTILINE)
    match chance.randrange(5):
        case 0:
            return damaged(text.encode(), seed)
        case 1:
            key = chance.choice(keys)
            line = f"{key} = {chance.choice(VALUES)}"
            return re.sub(rf"(?m)^#?{key} = .*$", lambda _: line, text).encode()
        case 2:
            table = chance.choice(
                ("audio", "ear", "grade", "mqtt", "opinion", "x", "[mqtt]", "a.b")
            )
            return f"[{table}]\n{chance.choice(keys)} = {chance.choice(VALUES)}\n".encode()
        case 3:
            return f"{chance.choice(('mqtt', 'audio', *keys))} = {chance.choice(VALUES)}".encode()
        case _:
            return "".join(chance.choices(string.printable, k=chance.randrange(200))).encode()


def read(folder: Path, content: bytes) -> str:
    """How the settings are taken: 'read', or the kind of refusal; never more than one line."""
    path = folder / "runout.toml"
    path.write_bytes(content)
    try:
        config.load(path)
    except RunoutError as error:
        line = str(error).replace(str(folder), "")
        assert "\n" not in line
        assert len(line) < 600, line
        return "not TOML" if "not TOML" in line else "not allowed" if "allowed" in line else "other"
    return "read"


def test_malformed_settings_are_refused_in_one_line(tmp_path: Path) -> None:
    how: Counter[str] = Counter()

    def one(seed: int) -> None:
        how[read(tmp_path, malformed(seed))] += 1

    slowest_s, growth_kb = endured(MALFORMED, one)
    print(f"{MALFORMED} settings: {dict(how)}; slowest {slowest_s:.3f} s; grew {growth_kb} kB")
    assert slowest_s < LONGEST_S
    assert growth_kb < GROWTH_KB
    assert how["not allowed"] > MALFORMED // 10
    assert how["not TOML"] > MALFORMED // 10


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    "key", ["[mqtt]\nport", "[mqtt]\nhost", "[audio]\ndevice", "mqtt", "mqtt.x"]
)
def test_each_value_in_the_wrong_place(tmp_path: Path, key: str, value: str) -> None:
    read(tmp_path, f"{key} = {value}".encode())


@hypothesis_settings(
    max_examples=times(3000, 150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@example(content=b"[" * 100_000)
@example(content=b"a=" + b"{b=" * 20_000)
def test_settings_that_are_none_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    read(tmp_path, content)


COMMAND_BODIES = (
    {}, {"id": "1"}, {"sensitivity": "low"}, {"artist": "Can", "title": "x", "note": "n"},
    {"sensitivity": 1}, {"id": 1}, {"id": "x" * 300}, {"artist": {"a": []}}, {"x": 1},
    {"artist": "x" * 201},
)  # fmt: skip


def command(seed: int) -> bytes:
    chance = random.Random(seed)
    whole = json.dumps(chance.choice(COMMAND_BODIES)).encode()
    match chance.randrange(4):
        case 0:
            return whole
        case 1:
            return damaged(whole, seed)
        case 2:
            return chance.randbytes(chance.randrange(64))
        case _:
            return chance.choice(
                (b"[" * 4000, b'{"id":' * 600, b"1e999", b"\xff" * 5000, b"9" * 4000)
            )


def test_malformed_commands_are_answered_and_nothing_grows() -> None:
    answers: list[str] = []
    now_s = 0.0
    reception = Reception(answers.append, lambda: now_s)
    asked = answered = 0

    def one(seed: int) -> None:
        nonlocal now_s, asked, answered
        now_s += 1.0
        reception.take(random.Random(-seed).choice(sorted(COMMANDS)), command(seed), seed % 11 == 0)
        for request in reception.waiting():
            asked += 1
            reception.answer(request)
        for answer in answers:
            assert len(json.dumps(json.loads(answer))) < 1000
        answered += len(answers)
        answers.clear()

    slowest_s, growth_kb = endured(MALFORMED, one)
    print(f"{MALFORMED} commands: {asked} obeyed; slowest {slowest_s:.3f} s; grew {growth_kb} kB")
    assert slowest_s < LONGEST_S
    assert growth_kb < GROWTH_KB
    assert answered == MALFORMED
    assert MALFORMED // 40 < asked < MALFORMED // 2
