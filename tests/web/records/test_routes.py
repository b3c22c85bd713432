import csv
import gzip
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from runout.web.station import Station
from web.sides import graded, side_json, station_in, visiting

LABEL = {"artist": "Can", "title": "Future Days", "side": "A"}


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path)


@pytest.fixture
def page(station: Station) -> Iterator[TestClient]:
    with visiting(station) as client:
        yield client


def add(station: Station, side_id: str, source: str = "ear", **changes: Any) -> None:
    station.records.add(side_json(side_id, **changes), source, None)


def clip(station: Station, event_id: str) -> Path:
    folder = station.runtime / "clips"
    folder.mkdir(exist_ok=True)
    path = folder / f"{event_id}.flac"
    path.write_bytes(b"fLaC")
    return path


def test_a_list_can_be_paged_through(station: Station, page: TestClient) -> None:
    for number in range(3):
        add(station, f"s{number}")
    first = page.get("/api/sides", params={"limit": 2}).json()
    assert [side["side_id"] for side in first["sides"]] == ["s2", "s1"]
    assert first["total"] == 3
    rest = page.get("/api/sides", params={"limit": 2, "cursor": first["cursor"]}).json()
    assert [side["side_id"] for side in rest["sides"]] == ["s0"]
    assert rest["cursor"] is None


def test_a_side_is_told_whole_with_the_clips_that_there_are(
    station: Station, page: TestClient
) -> None:
    add(station, "s1")
    add(station, "s11")
    clip(station, "s1-1")
    clip(station, "s11-1")
    told = page.get("/api/sides/s1").json()
    assert told["clips"] == ["s1-1"]
    assert told["has_sound"] is False
    assert told["grade"]["label"] == "VG+"
    assert told["events"][0]["id"] == "s1-1"
    assert told["label"]["artist"] == ""


def test_what_is_written_on_a_side_is_cleaned_and_found(station: Station, page: TestClient) -> None:
    add(station, "s1")
    answer = page.patch("/api/sides/s1", json={**LABEL, "price": "12\n€", "sleeve": "VG+"})
    assert answer.status_code == 200
    assert answer.json()["label"]["price"] == "12 €"
    assert answer.json()["record"] is not None
    assert page.get("/api/sides", params={"search": "future"}).json()["sides"] == [answer.json()]


@pytest.mark.parametrize(
    "changes", [{"artist": "x" * 201}, {"sleeve": "superb"}, {"colour": "blue"}, {"artist": 1}, []]
)
def test_what_makes_no_sense_is_answered_with_a_sentence(
    station: Station, page: TestClient, changes: Any
) -> None:
    add(station, "s1")
    answer = page.patch("/api/sides/s1", json=changes)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert page.get("/api/sides/s1").json()["label"]["artist"] == ""


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (None, b'{"artist": "Can"}', "send JSON, with Content-Type: application/json"),
        ("text/plain", b'{"artist": "Can"}', "send JSON, with Content-Type: application/json"),
        (
            "application/x-www-form-urlencoded",
            b"artist=Can",
            "send JSON, with Content-Type: application/json",
        ),
        ("application/json", b'"Can"', "send a JSON object: names and values in {}"),
        ("application/json", b"", "send a JSON object: names and values in {}"),
        (
            "application/json; charset=utf-8",
            b'{"artist" "Can"}',
            "not JSON: Expecting ':' delimiter, at character 11",
        ),
        (
            "application/json",
            b'{"colour": "blue"}',
            "colour: isn't known here; what may be given: "
            "artist, title, side, catalogue, note, price, sleeve",
        ),
    ],
)
def test_what_is_not_sent_as_json_is_told_how(
    station: Station, page: TestClient, kind: str | None, body: bytes, words: str
) -> None:
    add(station, "s1")
    headers = {} if kind is None else {"Content-Type": kind}
    answer = page.patch("/api/sides/s1", content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (422, {"detail": words})


def test_a_label_is_html_to_nobody(station: Station, page: TestClient) -> None:
    add(station, "s1")
    text = "<script>alert(1)</script>"
    page.patch("/api/sides/s1", json={"artist": text})
    for path in ("/api/sides", "/api/sides/s1", "/api/sides.json"):
        answer = page.get(path)
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert text in answer.text


def test_a_side_that_is_deleted_takes_its_clips_along(station: Station, page: TestClient) -> None:
    add(station, "s1")
    add(station, "s11")
    gone, stays = clip(station, "s1-1"), clip(station, "s11-1")
    assert page.delete("/api/sides/s1").status_code == 204
    assert not gone.exists()
    assert stays.exists()
    assert page.get("/api/sides/s1").status_code == 404
    assert page.delete("/api/sides/s1").status_code == 404


def test_a_clip_is_played(station: Station, page: TestClient) -> None:
    clip(station, "s1-1")
    answer = page.get("/api/clips/s1-1")
    assert (answer.content, answer.headers["content-type"]) == (b"fLaC", "audio/flac")
    assert page.get("/api/clips/s1-2").status_code == 404


@pytest.mark.parametrize(
    "name", ["..%2f..%2fstate%2frecords.db", "%2e%2e%2fx", ".hidden", "a%00b", "a" * 200]
)
def test_no_name_leads_out_of_a_folder(page: TestClient, name: str) -> None:
    for path in (f"/api/clips/{name}", f"/api/sides/{name}", f"/api/sides/{name}/listing"):
        assert page.get(path).status_code in (404, 422)


def test_a_record_is_followed_over_its_plays(station: Station, page: TestClient) -> None:
    dirty = {"audible_clicks_per_min": 12.0, "noise_468_db": -45.0}
    add(station, "s1", label=LABEL, measurements=dirty)
    clean = {"audible_clicks_per_min": 0.5, "noise_468_db": -45.0}
    add(station, "s2", label=LABEL, measurements=clean, started_at="2025-04-01T20:00:00Z")
    add(station, "s3")
    record = page.get("/api/sides/s1").json()["record"]
    told = page.get(f"/api/records/{record}").json()
    assert [play["summary"]["side_id"] for play in told["plays"]] == ["s1", "s2"]
    assert told["artist"] == "Can"
    assert told["compare"] == ["s1", "s2"]
    assert told["change"].startswith("Better than at the first play")
    assert {one["measure"]: one["changed"] for one in told["differences"]} == {
        "audible_clicks_per_min": "less",
        "noise_468_db": "same",
    }
    assert told["plays"][0]["measures"]["audible_clicks_per_min"] == 12.0
    assert page.get("/api/records/0123456789abcdef").status_code == 404


def test_a_listing_is_ready_text(station: Station, page: TestClient) -> None:
    add(station, "s1")
    told = page.get("/api/sides/s1/listing").json()
    assert told["discogs"].startswith("Very Good Plus (VG+), play graded.")
    assert page.get("/api/sides/s2/listing").status_code == 404


def test_what_is_handed_out_keeps_to_the_filters(station: Station, page: TestClient) -> None:
    add(station, "s1", label={"artist": "=1+1"})
    add(station, "s2", grade=graded("VG", 2.0))
    answer = page.get("/api/sides.csv", params={"grade": "VG+"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "sides.csv" in answer.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert (row["side_id"], row["artist"]) == ("s1", "'=1+1")
    told = page.get("/api/sides.json", params={"search": "nobody"}).json()
    assert told == {"sides": []}


def test_what_the_ear_wrote_while_nobody_was_there_is_taken_over(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    folder = station.state / "finished"
    folder.mkdir()
    (folder / "s1.json.gz").write_bytes(gzip.compress(side_json("s1")))
    with visiting(station) as page:
        until = time.monotonic() + 30.0
        while page.get("/api/sides").json()["total"] < 1:
            assert time.monotonic() < until
        assert page.get("/api/live").json()["last_side"]["side_id"] == "s1"


def test_a_label_can_be_written_on_the_side_that_plays(
    station: Station, page: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(station.live), "side_id", property(lambda _: "s5"))
    answer = page.patch("/api/sides/s5", json={"artist": "Can"})
    assert answer.status_code == 200
    assert answer.json()["label"]["artist"] == "Can"
    assert answer.json()["grade"]["label"] is None
    add(station, "s5")
    assert json.loads(page.get("/api/sides/s5").text)["label"]["artist"] == "Can"


def test_a_label_can_be_written_on_the_side_that_has_just_ended(
    station: Station, page: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station.live, "snapshot", lambda: {"side_id": "s5"})
    assert station.live.side_id is None
    answer = page.patch("/api/sides/s5", json={"artist": "Can"})
    assert answer.status_code == 200
    assert answer.json()["duration_s"] is None
    add(station, "s5")
    assert page.get("/api/sides/s5").json()["label"]["artist"] == "Can"
    assert page.patch("/api/sides/s5", json={"artist": "CAN"}).json()["duration_s"] == 1190.2
    page.delete("/api/sides/s5")
    assert page.patch("/api/sides/s5", json={"artist": "Can"}).status_code == 404


def test_a_label_is_kept_where_the_broker_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Port 1 of the loopback: nobody listens there.
    station = station_in(tmp_path, mqtt="127.0.0.1:1")
    monkeypatch.setattr(type(station.live), "side_id", property(lambda _: "s5"))
    with visiting(station) as page:
        answer = page.patch("/api/sides/s5", json={"artist": "Can"})
    assert answer.status_code == 200
    assert answer.json()["label"]["artist"] == "Can"


def test_measures_have_names(page: TestClient) -> None:
    told = page.get("/api/measures").json()["audible_clicks_per_min"]
    assert told["called"] == "Clicks, by loudness"
    assert told["unit"] == "1/min"
