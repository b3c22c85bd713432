import json
import tracemalloc
from pathlib import Path

import pytest

from runout.web.records.label import Label
from runout.web.records.records import Records
from runout.web.records.search import Wanted
from runout.web.records.told import ToldError
from web.sides import graded, side_json


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.db")


def test_a_side_is_told_as_it_was_heard(records: Records) -> None:
    records.add(side_json(label={"artist": "Can"}), "ear", None)
    contract = records.contract("s1")
    assert contract is not None
    told = json.loads(b"".join(contract))
    given = json.loads(side_json())
    assert {key: told[key] for key in given} == given
    assert told["source"] == "ear"
    assert told["label"]["artist"] == "Can"
    assert told["label"]["sleeve"] == ""


def test_a_summary_has_what_a_list_shows(records: Records) -> None:
    records.add(side_json(), "upload", "side a.flac")
    summary = records.summary("s1")
    assert summary is not None
    assert (summary.name, summary.source, summary.rpm) == ("side a.flac", "upload", 33.33)
    assert summary.grade.limited_by == "crackle in the lead-in"
    assert summary.counts["click"] == 12


def test_there_is_no_side_that_was_not_heard(records: Records) -> None:
    assert records.summary("s1") is None
    assert records.contract("s1") is None
    assert records.write_on("s1", {"note": "x"}) is None
    assert not records.delete("s1")


def test_what_people_write_stays_when_the_side_is_told_again(records: Records) -> None:
    records.add(side_json(label={"artist": "Kan"}), "ear", None)
    records.write_on("s1", {"artist": "Can", "price": "20"})
    records.add(side_json(label={"artist": "Kan"}, grade=graded("VG", 2.0)), "ear", None)
    summary = records.summary("s1")
    assert summary is not None
    assert (summary.label.artist, summary.label.price) == ("Can", "20")
    assert summary.grade.label == "VG"
    assert records.page(Wanted()).total == 1


def test_what_is_written_on_a_side_that_plays_is_on_it_when_it_ends(records: Records) -> None:
    records.write_ahead("s1", {"title": "Future Days", "sleeve": "VG"})
    assert records.write_ahead("s1", {"title": "Tago Mago"}) == Label(
        title="Tago Mago", sleeve="VG"
    )
    records.add(side_json(label={"artist": "Can", "title": "?"}), "ear", None)
    summary = records.summary("s1")
    assert summary is not None
    assert summary.label == Label("Can", "Tago Mago", sleeve="VG")


def test_nothing_is_written_ahead_of_a_side_that_is_here_or_gone(records: Records) -> None:
    records.add(side_json(), "ear", None)
    assert records.write_ahead("s1", {"note": "x"}) is None
    records.delete("s1")
    assert records.write_ahead("s1", {"note": "x"}) is None


def test_labels_of_sides_that_never_end_are_bounded(records: Records) -> None:
    for number in range(150):
        records.write_ahead(f"s{number}", {"note": "x"})
    with records.database.read() as db:
        assert db.execute("SELECT count(*) FROM label_ahead").fetchone()[0] == 100


def test_a_side_that_is_deleted_is_gone_whole(records: Records) -> None:
    records.add(side_json(label={"artist": "Can"}), "ear", None)
    assert records.delete("s1")
    assert records.contract("s1") is None
    assert records.page(Wanted(search="can")).total == 0
    with records.database.read() as db:
        assert db.execute("SELECT count(*) FROM told").fetchone()[0] == 0


def test_the_ears_newest_is_at_hand(records: Records) -> None:
    assert records.last_heard is None
    records.add(side_json("s1"), "ear", None)
    records.add(side_json("s2", started_at="2025-03-02T20:15:00Z"), "ear", None)
    records.add(side_json("s3", started_at="2025-03-03T20:15:00Z"), "upload", "x.flac")
    assert records.last_heard == records.summary("s2")
    records.write_on("s2", {"note": "dusty"})
    assert records.last_heard == records.summary("s2")
    records.delete("s2")
    assert records.last_heard == records.summary("s1")


def test_a_list_never_reads_the_events(records: Records) -> None:
    records.add(side_json(label={"artist": "Can", "title": "x", "side": "A"}), "ear", None)
    with records.database.write() as db:
        db.execute("DROP TABLE told")
    summary = records.summary("s1")
    assert summary is not None
    assert summary.record is not None
    assert records.page(Wanted(search="can")).sides == (summary,)
    assert len(records.plays(summary.record)) == 1


def test_a_side_with_thirty_thousand_ticks_is_kept_whole(records: Records) -> None:
    events = [{"id": f"s1-{number}", "time_s": number / 10} for number in range(30_000)]
    records.add(side_json(events=events), "ear", None)
    contract = records.contract("s1")
    assert contract is not None
    assert len(json.loads(b"".join(contract))["events"]) == 30_000


def test_a_side_of_many_events_costs_little_memory_to_hand_out(records: Records) -> None:
    events = [{"id": f"s1-{number}", "time_s": number / 10} for number in range(40_000)]
    records.add(side_json(events=events, filler="x" * 8_000_000), "ear", None)
    tracemalloc.start()
    try:
        parts = records.contract("s1")
        assert parts is not None
        size = sum(len(part) for part in parts)
        offer = records.offer("s1")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 9_000_000
    assert offer is not None
    assert (offer.heard_s, offer.scale) == (1180.0, "goldmine")
    # What is packed is 200 kB of it.
    assert peak < 1_500_000


def test_a_label_of_the_ear_leaves_what_people_wrote(records: Records) -> None:
    label = {"artist": "Can", "title": "Future Days"}
    records.add(side_json(label=label), "ear", None)
    records.write_on("s1", {"artist": "CAN", "catalogue": "SPOON 023"})
    records.tell_label("s1", label | {"side": "A", "catalogue": "", "note": ""})
    summary = records.summary("s1")
    assert summary is not None
    assert summary.label == Label("CAN", "Future Days", "A", "SPOON 023")
    records.tell_label("s1", {"artist": "Can", "title": "", "side": "A"})
    summary = records.summary("s1")
    assert summary is not None
    assert summary.label == Label("CAN", "", "A", "SPOON 023")
    records.tell_label("s2", label)
    assert records.summary("s2") is None


def test_what_is_no_side_changes_nothing(records: Records) -> None:
    with pytest.raises(ToldError):
        records.add(b"{}", "ear", None)
    assert records.page(Wanted()).total == 0


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE side; --", '" OR 1=1', "<script>alert(1)</script>"]
)
def test_hostile_labels_are_but_texts(records: Records, text: str) -> None:
    records.add(side_json(), "ear", None)
    summary = records.write_on("s1", {"artist": text})
    assert summary is not None
    assert summary.label.artist == text
    assert records.page(Wanted(search=text)).total == 1
