import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from report.brokers import wait_until
from report.examples import CLICK, HEALTH, IDLE, PLAYING, SIDE
from report.station.pages import Page
from runout.health import health_fields
from runout.report import messages
from runout.report.station.finished import told_whole
from runout.report.station.station import FILE_ENDED, MOST_EVENTS, Station
from runout.side.side import DefectHeard, SideStarted
from sounds import noise

RATE = 8_000
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def station(tmp_path, clock):
    made = Station(tmp_path / "state", tmp_path / "run", "box", clock=clock, now=lambda: NOW)
    yield made
    made.stop()


def played(station, clock, seconds, state=PLAYING):
    for _ in range(round(seconds / 0.05)):
        station.sound(noise(0.05, RATE))
        clock.now_s += 0.05
        station.state(state, messages.state_payload)
        station.health(lambda: HEALTH, health_fields)


def told(label):
    return messages.side_payload(SIDE, NOW) | {"label": {"artist": label}}


def finished(tmp_path):
    sides = {}
    for path in (tmp_path / "state" / "finished").glob("*.gz"):
        with gzip.open(path) as file:
            sides[path.name] = json.load(file)
    return sides


def test_a_viewer_sees_sound_state_and_health_in_their_time(tmp_path, station, clock):
    page, eye = Page(tmp_path / "run/live"), Page(tmp_path / "run/sound")
    station.begin(RATE)
    kinds, sounds = [], []
    for _ in range(22):
        played(station, clock, 0.5)
        kinds += page.kinds()
        sounds += eye.heard()
    assert kinds.count("events") == 1
    assert kinds.count("state") == 11
    assert kinds.count("health") == 2
    assert [round(10 * word["at_s"]) for word in sounds] == list(range(110))


def test_while_nobody_looks_no_sound_is_drawn_and_what_comes_later_is_in_time(
    tmp_path, station, clock
):
    page = Page(tmp_path / "run/live")
    station.begin(RATE)
    played(station, clock, 3.0)
    assert "sound" not in page.kinds()
    eye = Page(tmp_path / "run/sound")
    played(station, clock, 1.5)
    first = eye.heard()[0]
    assert first["at_s"] >= 3.0
    assert first["at_s"] == pytest.approx(3.0, abs=1.1)


def test_a_new_phase_is_told_at_once_and_counted_from_the_needle(tmp_path, station, clock):
    page = Page(tmp_path / "run/live")
    station.begin(RATE)
    played(station, clock, 0.3, IDLE)
    station.heard(SideStarted("s1", 0.2))
    played(station, clock, 0.05)
    idle, playing = (word for word in page.heard() if word["type"] == "state")
    assert (idle["side_id"], idle["started_s"]) == (None, None)
    assert (playing["side_id"], playing["started_s"], playing["at_s"]) == ("s1", 0.2, 0.35)


def test_a_page_that_comes_amid_a_side_is_told_its_last_events(tmp_path, station, clock):
    station.begin(RATE)
    station.heard(SideStarted("s0", 0.0))
    station.heard(DefectHeard("s0", "single", CLICK))
    station.heard(SideStarted("s1", 0.0))
    for number in range(MOST_EVENTS + 7):
        station.heard(DefectHeard("s1", "single", replace(CLICK, id=f"s1-{number}")))
    page = Page(tmp_path / "run/live")
    clock.now_s += 2.0
    played(station, clock, 0.1)
    first = page.heard()[0]
    assert first["type"] == "events"
    assert [event["id"] for event in first["events"]] == [
        f"s1-{number}" for number in range(7, MOST_EVENTS + 7)
    ]


def test_a_defect_is_told_at_once_with_the_promise_of_a_clip(tmp_path, station, clock):
    page = Page(tmp_path / "run/live")
    station.begin(RATE)
    played(station, clock, 2.0)
    page.heard()
    station.heard(DefectHeard("s1", "single", replace(CLICK, time_s=1.5)))
    (word,) = page.heard()
    assert word["clip"] is True
    event = messages.event_payload(DefectHeard("s1", "single", replace(CLICK, time_s=1.5)), NOW)
    assert word == {"type": "event", "clip": True, **event}
    played(station, clock, 0.5)
    station.source_ended()
    station.stop()
    assert [path.name for path in (tmp_path / "run/clips").iterdir()] == ["e1.flac"]


def test_without_a_page_there_is_no_clip(tmp_path, station, clock):
    station.begin(RATE)
    played(station, clock, 2.0)
    station.heard(DefectHeard("s1", "single", replace(CLICK, time_s=1.5)))
    station.source_ended()
    station.stop()
    assert not (tmp_path / "run/clips").exists()


def test_a_finished_side_is_handed_over_whole(tmp_path, station):
    station.heard(SIDE)
    station.told(told("Can"))
    station.told(told("Can"))
    station.stop()
    sides = finished(tmp_path)
    assert sides["s1.json.gz"] == {
        **json.loads(messages.to_json(told_whole(SIDE))),
        "side_id": "s1",
        "started_at": "2026-01-02T03:04:05.000Z",
        "device_id": "box",
        "source": "ear",
        "label": {"artist": "Can"},
    }
    assert [event["id"] for event in sides["s1.json.gz"]["events"]] == ["e1", "c1", "e2"]
    # From the needle-down, though MQTT tells the source's times.
    assert sides["s1.json.gz"]["parts"][0]["start_s"] == 0.0
    assert sides["s1.json.gz"]["tracks"][0]["start_s"] == 7.25


def test_a_file_s_name_goes_with_what_is_heard_of_it(tmp_path, clock):
    made = Station(tmp_path / "state", tmp_path / "run", "box", "side.flac", clock, lambda: NOW)
    page = Page(tmp_path / "run/live")
    made.begin(RATE)
    made.heard(SideStarted("s1", 0.0))
    played(made, clock, 0.1)
    made.heard(SIDE)
    made.told(told("Can"))
    made.stop(FILE_ENDED)
    said = page.heard()
    assert {word["name"] for word in said if word["type"] == "state"} == {"side.flac"}
    assert said[-1] == {"type": "gone", "reason": "the file that it played has ended"}
    side = finished(tmp_path)["s1.json.gz"]
    # What the user calls it comes first; see the page's words.
    assert (side["name"], side["label"]) == ("side.flac", {"artist": "Can"})


def test_a_label_that_comes_later_is_handed_over_beside_it(tmp_path, station):
    station.heard(SIDE)
    side = told(None)
    station.told(side)
    station.told(side)
    assert set(finished(tmp_path)) <= {"s1.json.gz"}
    station.told(told("Can"))
    station.stop()
    sides = finished(tmp_path)
    assert set(sides) == {"s1.json.gz", "s1.label.json.gz"}
    assert sides["s1.label.json.gz"] == {"side_id": "s1", "label": {"artist": "Can"}}


def test_the_side_of_the_run_before_is_handed_over_once(tmp_path, clock):
    for run in range(3):
        station = Station(tmp_path / "state", tmp_path / "run", "box", clock=clock, now=lambda: NOW)
        side = told("Can")
        station.recall(side)
        station.told(side)
        station.stop()
        if run == 0:  # it was told over MQTT, and then the box was switched off
            assert set(finished(tmp_path)) == {"s1.json.gz"}
            (tmp_path / "state/finished/s1.json.gz").unlink()
    assert finished(tmp_path) == {}


def test_a_full_disk_is_told_the_page_still_hears_and_the_sides_come_later(
    tmp_path, station, caplog
):
    (tmp_path / "state").write_text("no folder")
    page = Page(tmp_path / "run/live")
    station.begin(RATE)
    for number in range(3):
        side = replace(SIDE, side_id=f"s{number}")
        station.heard(side)
        station.told(messages.side_payload(side, NOW) | {"label": {}})
    station.waits("waiting for the preamp: none is there")
    assert page.heard()[-1] == {"type": "waits", "reason": "waiting for the preamp: none is there"}
    wait_until(lambda: caplog.records, 30.0)
    (tmp_path / "state").unlink()
    station.stop()
    assert len(caplog.records) == 1
    assert page.heard() == [{"type": "gone", "reason": "it was stopped"}]
    assert set(finished(tmp_path)) == {"s0.json.gz", "s1.json.gz", "s2.json.gz"}


def test_no_folders_is_no_page(clock):
    station = Station(None, None, "box", clock=clock)
    station.begin(RATE)
    played(station, clock, 1.0)
    station.heard(DefectHeard("s1", "single", CLICK))
    station.heard(SIDE)
    station.told(told("Can"))
    station.source_ended()
    station.stop()
