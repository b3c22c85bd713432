import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runout.web.records.records import Records
from runout.web.records.search import CursorError, Sort, Wanted
from web.sides import graded, side_json

GRADES = [("NM", 0.3), ("VG+", 1.2), ("VG", 1.9), ("G", 4.0), (None, None)]
LABELS = [
    {"artist": "Can", "title": "Future Days", "side": "A", "catalogue": "SPOON 023"},
    {"artist": "Sigur Rós", "title": "Ágætis byrjun", "side": "B"},
    {"artist": "AC/DC", "title": "Back in Black", "note": "100% original"},
    {"artist": "!!!", "title": "Louden Up Now"},
    {},
]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    records = Records(tmp_path_factory.mktemp("records") / "records.db")
    for number in range(20):
        label, index = GRADES[number % 5]
        source, name = ("upload", f"side-{number}.flac") if number % 4 == 0 else ("ear", None)
        records.add(
            side_json(
                f"s{number:02}",
                started_at=f"2025-03-{1 + number // 2:02}T20:15:00Z",  # some at the same time
                grade=graded(label, index),
                label=LABELS[number % 5],
            ),
            source,
            name,
        )
    return records


def found(records: Records, search: str) -> set[str]:
    return {side.label.artist for side in records.page(Wanted(search=search), 50).sides}


@pytest.mark.parametrize(
    ("search", "artists"),
    [
        ("can", {"Can"}),
        ("  FUT  day ", {"Can"}),
        ("days future can a", {"Can"}),
        ("spoon", {"Can"}),
        ("023", {"Can"}),
        ("ros agaetis", set()),
        ("sigur ros", {"Sigur Rós"}),
        ("Agætis", {"Sigur Rós"}),
        ("ac/dc", {"AC/DC"}),
        ("black 100%", {"AC/DC"}),
        ("!!!", {"!!!"}),
        ("!!! louden", {"!!!"}),
        ("uture", set()),
        ("can sigur", set()),
        ("side-4", {""}),
        ("-", {""}),  # of file names, by which sides without a label are filed
    ],
)
def test_words_find_what_they_begin(records: Records, search: str, artists: set[str]) -> None:
    assert found(records, search) == artists


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(search=st.text(max_size=60) | st.text("\"*()^:-+{}% ANDORNEAR\\'", max_size=60))
def test_no_search_is_an_error(records: Records, search: str) -> None:
    page = records.page(Wanted(search=search))
    assert len(page.sides) == page.total <= 20


def test_filters_hold_together(records: Records) -> None:
    wanted = Wanted(search="can", source="ear", grade="NM")
    assert [side.side_id for side in records.page(wanted).sides] == ["s15", "s10", "s05"]
    assert records.page(Wanted(source="upload", grade="none")).total == 1
    assert records.page(Wanted(grade="none")).total == 4


@pytest.mark.parametrize("sort", ["newest", "oldest", "best", "worst", "name"])
@pytest.mark.parametrize("limit", [1, 3, 7, 20])
def test_pages_bring_each_side_once_and_in_order(records: Records, sort: Sort, limit: int) -> None:
    whole = records.page(Wanted(sort=sort), 50)
    sides, cursor = [], None
    while True:
        page = records.page(Wanted(sort=sort), limit, cursor)
        assert page.total == 20
        sides += page.sides
        cursor = page.cursor
        if cursor is None:
            break
    assert tuple(sides) == whole.sides
    assert len({side.side_id for side in sides}) == 20


def test_orders_are_what_they_say(records: Records) -> None:
    newest = [side.started_at for side in records.page(Wanted(), 50).sides]
    assert newest == sorted(newest, reverse=True)
    best = [side.grade.index for side in records.page(Wanted(sort="best"), 50).sides]
    assert best == [0.3] * 4 + [1.2] * 4 + [1.9] * 4 + [4.0] * 4 + [None] * 4
    worst = [side.grade.index for side in records.page(Wanted(sort="worst"), 50).sides]
    assert worst == [4.0] * 4 + [1.9] * 4 + [1.2] * 4 + [0.3] * 4 + [None] * 4
    names = [side.label.artist for side in records.page(Wanted(sort="name"), 50).sides]
    assert names == [name for name in ("!!!", "AC/DC", "Can", "Sigur Rós", "") for _ in range(4)]


def test_a_side_that_comes_between_two_pages_moves_none(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.db")
    for number in range(4):
        records.add(
            side_json(f"s{number}", started_at=f"2025-03-0{1 + number}T00:00:00Z"), "ear", None
        )
    first = records.page(Wanted(), 2)
    records.add(side_json("s9", started_at="2025-04-01T00:00:00Z"), "ear", None)
    second = records.page(Wanted(), 2, first.cursor)
    assert [side.side_id for side in (*first.sides, *second.sides)] == ["s3", "s2", "s1", "s0"]


@pytest.mark.parametrize(
    "told", ["", "x", "[]", '["a"]', '["a", "b"]', "[1, 1]", '["a", -1]', '["a", 1e400]', "null"]
)
def test_a_cursor_of_nobody_is_refused(records: Records, told: str) -> None:
    for cursor in (told, base64.b64encode(told.encode()).decode()):
        with pytest.raises(CursorError):
            records.page(Wanted(), 5, cursor)


def test_a_cursor_holds_for_its_own_order_only(records: Records) -> None:
    cursor = records.page(Wanted(), 5).cursor
    with pytest.raises(CursorError):
        records.page(Wanted(sort="best"), 5, cursor)


def test_a_cursor_may_hold_any_text(records: Records) -> None:
    cursor = base64.b64encode(json.dumps(["' OR 1=1 --", 5]).encode(), altchars=b"-_").decode()
    assert records.page(Wanted(sort="oldest"), 50, cursor).total == 20


def test_all_sides_come_one_by_one(records: Records) -> None:
    assert len(list(records.each(Wanted()))) == 20
    assert len(list(records.each(Wanted(search="can")))) == 4
