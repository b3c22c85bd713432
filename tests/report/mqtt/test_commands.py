import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.report.mqtt.commands import (
    COMMANDS,
    LARGEST_COMMAND,
    Calibrate,
    Identify,
    Label,
    NewSide,
    Request,
    SetSensitivity,
    parse,
)
from runout.report.payload import PayloadError


@pytest.mark.parametrize(
    ("name", "raw", "request_"),
    [
        ("new_side", b"", Request(None, "new_side", NewSide())),
        ("new_side", b'{"id": "7"}', Request("7", "new_side", NewSide())),
        ("calibrate", b"{}", Request(None, "calibrate", Calibrate())),
        ("identify", b'{"id": null}', Request(None, "identify", Identify())),
        (
            "sensitivity",
            b'{"sensitivity": "low"}',
            Request(None, "sensitivity", SetSensitivity("low")),
        ),
        (
            "label",
            '{"id": "x", "artist": "Björk", "side": "B", "catalogue": "TPLP 31"}'.encode(),
            Request("x", "label", Label(artist="Björk", side="B", catalogue="TPLP 31")),
        ),
        ("label", b'{"note": "a\\u001b[2Jb"}', Request(None, "label", Label(note="a?[2Jb"))),
    ],
)
def test_what_makes_sense_is_read(name: str, raw: bytes, request_: Request) -> None:
    assert parse(name, raw) == request_


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("new_side", b"PRESS", "not JSON"),
        ("new_side", b"[]", "not a JSON object"),
        ("new_side", b'{"force": true}', "no such key 'force'; allowed are id"),
        ("new_side", b'{"id": 7}', "no text 'id'"),
        ("sensitivity", b"{}", "no text 'sensitivity'"),
        ("sensitivity", b'{"sensitivity": "keen"}', "allowed is one of low, normal, high"),
        ("label", b'{"artist": ["a"]}', "no text 'artist'"),
        ("label", json.dumps({"title": "x" * 201}).encode(), "title: more than 200 letters"),
        ("label", b'{"title": NaN}', "not JSON"),
        ("identify", b" " * (LARGEST_COMMAND + 1), "4097 bytes long; at most 4096 are read"),
        ("identify", b"[" * 4000, "not JSON"),
        ("format_disk", b"{}", "no such command"),
    ],
)
def test_what_makes_none_is_refused_in_words(name: str, raw: bytes, why: str) -> None:
    with pytest.raises(PayloadError, match=why.replace("[", r"\[")):
        parse(name, raw)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
near_misses = st.dictionaries(
    st.sampled_from(["id", "artist", "title", "side", "sensitivity", "note", "x"]), anything
)


@settings(max_examples=60)
@given(
    st.sampled_from(COMMANDS),
    st.binary() | st.one_of(anything, near_misses).map(lambda value: json.dumps(value).encode()),
)
def test_rubbish_is_refused_or_makes_sense_and_nothing_else(name: str, raw: bytes) -> None:
    try:
        request = parse(name, raw)
    except PayloadError:
        return
    assert request.name == name
    assert request.id is None or request.id.isprintable()
