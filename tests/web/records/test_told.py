import json

import pytest

from runout.web.records.told import ToldError, read_label, read_told
from web.sides import graded, side_json


def test_a_side_is_read() -> None:
    told = read_told(side_json(label={"artist": "Can", "price": "5"}), "ear", None)
    assert told.side_id == "s1"
    assert told.started_at == "2025-03-01T20:15:00.000Z"
    assert (told.duration_s, told.heard_s, told.rpm) == (1190.2, 1180.0, 33.33)
    assert (told.grade.label, told.grade.index, told.grade.confidence) == ("VG+", 1.2, 0.71)
    assert told.counts == {"click": 12, "pop": 1, "skip": 0}
    assert told.measurements["noise_468_db"] == -45.0
    empty = {"title": "", "side": "", "catalogue": "", "note": ""}
    assert told.label == {"artist": "Can", **empty}, "a price is not the ear's to tell"
    assert told.scale == "goldmine"
    assert json.loads(told.contract)["events"][0]["id"] == "s1-1"


def test_times_of_all_places_are_told_in_utc() -> None:
    told = read_told(side_json(started_at="2025-03-01T20:15:00+02:00"), "ear", None)
    assert told.started_at == "2025-03-01T18:15:00.000Z"


def test_programme_is_taken_from_the_tracks_where_it_is_not_told() -> None:
    assert read_told(side_json(heard_s=None), "ear", None).heard_s == 1170.0
    assert read_told(side_json(heard_s=None, parts=None), "ear", None).heard_s == 1190.2


def test_a_withheld_grade_has_no_index() -> None:
    assert read_told(side_json(grade=graded(None, 3.0)), "ear", None).grade.index is None


def test_a_file_keeps_its_name_in_one_line() -> None:
    told = read_told(side_json(), "upload", "<img src=x onerror=alert(1)>\n\x1b[2J.flac")
    assert told.name == "<img src=x onerror=alert(1)> [2J.flac"


def test_a_side_of_the_ear_tells_its_file_s_name_itself() -> None:
    assert read_told(side_json(), "ear", None).name is None
    assert read_told(side_json(name=""), "ear", None).name is None
    assert read_told(side_json(name=5), "ear", None).name is None
    told = read_told(side_json(name="side\x1b.flac"), "ear", None)
    assert told.name == "side .flac"
    assert "name" not in json.loads(told.contract)
    assert read_told(side_json(name="of the worker"), "upload", "of the user").name == "of the user"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{",
        b'{"duration_s": NaN}',
        side_json()[:-1] + b', "peak_db": 1e999}',
        side_json()[:-1] + b', "peak_db": {"left": [-1e999]}}',
        b"[" * 100_000,
        side_json("../../etc/passwd"),
        side_json(""),
        side_json("a" * 65),
        side_json("a\n"),
        side_json(started_at="yesterday"),
        side_json(started_at="2025-03-01T20:15:00"),
        side_json(started_at="0001-01-01T00:00:00+23:00"),
        side_json(duration_s="long"),
        side_json(duration_s=True),
        side_json(duration_s=10**400),
        side_json(grade="VG"),
        side_json(grade=graded("superb")),
        side_json(counts=[]),
    ],
)
def test_what_is_no_side_is_refused(raw: bytes) -> None:
    with pytest.raises(ToldError):
        read_told(raw, "ear", None)


def test_a_source_that_is_none_is_refused() -> None:
    with pytest.raises(ToldError, match="source"):
        read_told(side_json(), "radio", None)


def test_the_scale_is_told() -> None:
    grade = graded("VG") | {"scale": "corner\nshop"}
    assert read_told(side_json(grade=grade), "ear", None).scale == "corner shop"
    assert read_told(side_json(grade=grade | {"scale": 1}), "ear", None).scale == "goldmine"


def test_a_label_is_read_whole() -> None:
    raw = {"side_id": "s1", "label": {"artist": "Can", "title": None, "price": "1"}}
    empty = {"title": "", "side": "", "catalogue": "", "note": ""}
    assert read_label(json.dumps(raw).encode()) == ("s1", {"artist": "Can", **empty})
    with pytest.raises(ToldError):
        read_label(b'{"side_id": "s1"}')
