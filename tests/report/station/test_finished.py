import gzip
import json
import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from report.examples import CLICK, CRACKLE, SIDE
from report.page.made import dense
from runout.report import messages
from runout.report.page.page import page
from runout.report.page.stored import side_of
from runout.report.station import finished
from runout.report.station.finished import (
    FOLDER,
    HANDED,
    MOST,
    SUFFIX,
    HandOver,
    take_up,
    told_whole,
)
from runout.side.tracks import Part
from runout.web.records.told import read_told

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / FOLDER
    made.mkdir()
    return made


def handed(state, name, side=None):
    HandOver(state, name, lambda: side or {"side_id": name}, side_id=name)()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def read(path):
    with gzip.open(path) as file:
        return json.load(file)


def last_side(side=SIDE):
    return messages.side_payload(side, NOW) | {"label": {"artist": "Can"}}


def test_a_side_lies_there_as_it_was_told(tmp_path):
    state = tmp_path / "state"
    handed(state, "s1", {"side_id": "s1", "label": {"artist": "Ångström"}})
    assert names(state / FOLDER) == ["s1.json.gz"]
    told = read(state / FOLDER / "s1.json.gz")
    assert told == {"side_id": "s1", "label": {"artist": "Ångström"}}


def test_the_oldest_make_room(tmp_path, folder):
    for number in range(MOST):
        path = folder / f"s{number}{SUFFIX}"
        path.write_bytes(b"")
        # Written in the order of their numbers, whatever their names.
        os.utime(path, ns=(number, number))
    handed(tmp_path, "a")
    left = names(folder)
    assert len(left) == MOST
    assert "s0.json.gz" not in left
    assert {"a.json.gz", "s1.json.gz"} <= set(left)


def test_what_a_kill_cut_short_goes_with_the_next(tmp_path, folder):
    (folder / "s0.json.new").write_bytes(b"\x1f\x8b")
    handed(tmp_path, "s1")
    assert names(folder) == ["s1.json.gz"]


def test_a_full_disk_leaves_nothing_behind_and_is_tried_again_with_what_was_told_once(
    tmp_path, folder, monkeypatch
):
    asked = []

    def tell():
        asked.append(1)
        return {"side_id": "s1"}

    def full(_file):
        raise OSError(28, "No space left on device")

    errand = HandOver(tmp_path, "s1", tell, side_id="s1")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            errand()
    assert names(folder) == []
    errand()
    assert read(folder / "s1.json.gz") == {"side_id": "s1"}
    assert asked == [1]


def test_times_count_from_the_needle_however_long_the_source_has_run():
    days_s = 345_678.9
    begun_before = replace(CRACKLE, time_s=SIDE.time_s - 0.2)
    at_start = replace(SIDE, events=(begun_before, CLICK))
    moved = replace(
        at_start,
        time_s=at_start.time_s + days_s,
        events=tuple(replace(one, time_s=one.time_s + days_s) for one in at_start.events),
        parts=tuple(
            replace(one, start_s=one.start_s + days_s, end_s=one.end_s + days_s)
            for one in at_start.parts
        ),
        tracks=tuple(
            replace(one, start_s=one.start_s + days_s, end_s=one.end_s + days_s)
            for one in at_start.tracks
        ),
    )
    told = told_whole(moved)
    assert [event["time_s"] for event in told["events"]] == [0.0, 12.0457]
    times = [(part["start_s"], part["end_s"]) for part in told["parts"]]
    assert times == [(0.0, 7.25), (7.25, 1190.2)]
    assert [(one["start_s"], one["end_s"]) for one in told["tracks"]] == [(7.25, 1190.2)]
    assert told["heard_s"] == SIDE.heard_s
    # What a report is drawn from lies within its length.
    assert side_of(told).time_s == 0.0


def test_no_more_defects_than_the_records_can_hold(monkeypatch):
    monkeypatch.setattr(finished, "MOST_EVENTS", 101)
    side = dense(500)
    told = told_whole(side)
    assert len(told["events"]) == 101
    assert told["events_left_out"] == len(side.events) - 101
    assert told["counts"] == side.counts


def test_a_side_that_was_told_but_never_handed_over_is_without_its_defects(tmp_path):
    moved = replace(SIDE, time_s=500.3, parts=(Part("track", 500.3, 1690.5, 1),))
    last = messages.side_payload(moved, NOW) | {"label": {"artist": "Can"}}
    take_up(tmp_path, last, "box")
    told = read(tmp_path / FOLDER / "s1.json.gz")
    assert told["events"] == []
    assert told["parts"] == [{"part": "track", "start_s": 0.0, "end_s": 1190.2, "track": 1}]
    assert (told["device_id"], told["source"]) == ("box", "ear")
    assert told["grade"] == json.loads(json.dumps(last["grade"]))
    assert told["label"] == {"artist": "Can"}
    taken = read_told(json.dumps(told).encode(), "ear", None)
    assert (taken.heard_s, taken.label["artist"]) == (1190.2, "Can")
    # A report can be drawn from it, though nobody knows the rate.
    assert "sampled at" not in page("s1", side_of(told), None, (), NOW).decode()


def test_a_side_that_was_handed_over_isnt_again(tmp_path):
    handed(tmp_path, "s1")
    (tmp_path / FOLDER / "s1.json.gz").unlink()  # the page has taken it
    take_up(tmp_path, last_side(), "box")
    assert names(tmp_path / FOLDER) == []


def test_a_side_before_the_last_is_not_told_anew(tmp_path):
    """MQTT's own note of the last side may be older than ours, when a kill comes."""
    handed(tmp_path, "s1")
    handed(tmp_path, "s2")
    for path in (tmp_path / FOLDER).iterdir():
        path.unlink()
    take_up(tmp_path, last_side(), "box")
    assert names(tmp_path / FOLDER) == []


def test_what_is_noted_is_bounded(tmp_path):
    for number in range(40):
        handed(tmp_path, f"s{number}")
    noted = (tmp_path / HANDED).read_text().split()
    assert noted[-1] == "s39"
    assert len(noted) == 16


@pytest.mark.parametrize("noted", [True, False])
def test_one_that_was_killed_before_its_name_is_handed_over_whole(tmp_path, folder, noted):
    handed(tmp_path, "s1", {"side_id": "s1", "events": [1, 2, 3]})
    (folder / "s1.json.gz").rename(folder / "s1.json.new")
    if not noted:
        (tmp_path / HANDED).unlink()
    for _ in range(2):  # a second start after another kill
        take_up(tmp_path, last_side(), "box")
        assert names(folder) == ["s1.json.gz"]
        assert read(folder / "s1.json.gz")["events"] == [1, 2, 3]


def test_one_that_was_killed_amid_its_writing_is_handed_over_without_its_defects(tmp_path, folder):
    (folder / "s1.json.new").write_bytes(gzip.compress(b'{"side_id": "s1"}')[:-9])
    take_up(tmp_path, last_side(), "box")
    assert names(folder) == ["s1.json.gz"]
    assert read(folder / "s1.json.gz")["events"] == []


def test_nothing_was_told_before(tmp_path):
    take_up(tmp_path / "state", None, "box")
    assert not (tmp_path / "state").exists()
