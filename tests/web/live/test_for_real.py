"""Page and ear as they run on a box: processes that come, go and are killed."""

from contextlib import ExitStack

import numpy as np
import pytest
import soundfile

from report.brokers import wait_until
from runout.report.station.clips import AFTER_S, BEFORE_S
from sounds import real_music, with_clicks
from web.live.stations import Box, Browser, interrupt, rss_mb, stuck

PLACES = [1.5, 3.3, 5.1, 7.2, 9.3, 10.5]
MOST_MB = 120.0
"""Of the page's service"""


@pytest.fixture
def box(tmp_path):
    made = Box(tmp_path)
    yield made
    made.close()


@pytest.fixture
def browsers(box):
    with ExitStack() as stack:

        def look():
            browser = Browser(box.port)
            stack.callback(browser.close)
            return browser

        yield look


@pytest.fixture
def record(tmp_path):
    music = np.concatenate([real_music(6.0)] * 2)
    path = tmp_path / "side.wav"
    soundfile.write(path, with_clicks(music, PLACES, over=16, channel="left"), 44_100)
    return path


def is_click(fields):
    return fields["kind"] == "click"


def test_two_viewers_see_a_side_from_its_beginning_into_the_records(box, browsers, record):
    page = box.start_page()
    one, other = browsers(), browsers()
    for viewer in (one, other):
        hello, _ = viewer.until("hello")
        assert hello["ear"]["state"] == "away"
    ear = box.start_ear(record)
    clicks = []
    for viewer in (one, other):
        viewer.until("ear", lambda fields: fields["state"] == "hears")
        sound, _ = viewer.until("sound")
        assert len(sound["envelope"]) == len(sound["spectrum"]) == 2
        click, _ = viewer.until("event", is_click)
        clicks.append(click["id"])
    assert clicks[0] == clicks[1]
    promised = []

    def ended(kind, fields):
        if kind == "event" and fields["clip"]:
            promised.append(fields["id"])
        return kind == "side"

    sides = [one.until_any(ended)[0], other.until("side")[0]]
    assert sides[0] == sides[1]
    assert ear.wait(60) == 0
    side = box.get(f"/api/sides/{sides[0]['side_id']}")
    assert (side["source"], side["name"]) == ("ear", "side.wav")
    assert clicks[0] in [event["id"] for event in side["events"]]
    # What was promised was kept.
    assert len(promised) >= len(PLACES) // 2
    assert set(promised) <= set(side["clips"])
    clip = box.folder / "run" / "clips" / f"{clicks[0]}.flac"
    assert soundfile.info(clip).duration == pytest.approx(BEFORE_S + AFTER_S, abs=0.01)
    wait_until(
        lambda: box.get("/api/live")["ear"]["reason"] == "the file that it played has ended", 30.0
    )
    assert rss_mb(page) < MOST_MB
    # With streams that nobody ends.
    assert interrupt(page) == 0
    assert not (box.folder / "run" / "live").exists()
    assert "Traceback" not in box.log("web") + box.log("listen")


def test_a_killed_page_and_a_killed_ear_are_back_by_themselves(box, browsers, record):
    box.start_page()
    viewer = browsers()
    ear = box.start_ear(record)
    first, _ = viewer.until("event", is_click)
    box.page.kill()
    box.page.wait()
    assert ear.poll() is None
    box.start_page()
    # The page has forgotten what the ear hasn't.
    hello, _ = viewer.until("hello", lambda fields: fields["events"])
    assert hello["events"][0]["id"] == first["id"]
    assert hello["side_id"] == first["side_id"]
    viewer.until("sound")
    viewer.until("event", is_click)
    ear.kill()
    ear.wait()
    away, _ = viewer.until("ear", lambda fields: fields["state"] == "away")
    assert away["reason"] == "it says nothing"
    box.start_ear(record)
    viewer.until("ear", lambda fields: fields["state"] == "hears")
    again, _ = viewer.until("event", is_click)
    assert again["side_id"] != first["side_id"]
    assert "Traceback" not in box.log("web") + box.log("listen")


def test_an_ear_that_is_stopped_amid_a_file_says_so(box, browsers, record):
    box.start_page()
    viewer = browsers()
    ear = box.start_ear(record)
    viewer.until("event", is_click)
    playing, _ = viewer.until("state")
    assert playing["name"] == "side.wav"
    assert interrupt(ear) == 0
    away, _ = viewer.until("ear", lambda fields: fields["state"] == "away")
    assert away["reason"] == "it was stopped"


def test_a_viewer_that_never_reads_holds_up_neither_page_nor_ear(box, browsers, record):
    page = box.start_page()
    viewers = [stuck(box.port) for _ in range(20)]
    viewer = browsers()
    ear = box.start_ear(record)
    viewer.until("event", is_click)
    before_mb = rss_mb(page)
    viewer.until("side")
    assert ear.wait(60) == 0
    assert rss_mb(page) - before_mb < 10.0
    assert rss_mb(page) < MOST_MB
    for stuck_one in viewers:
        stuck_one.close()
    wait_until(lambda: box.get("/api/live")["ear"]["state"] == "away", 30.0)


def test_a_defect_is_on_the_page_within_a_second_of_its_sound(box, browsers, record):
    """Both come the same way, so a busy machine delays the one as it does the other."""
    box.start_page()
    viewer = browsers()
    viewer.until("hello")
    box.start_ear(record)
    shown = []
    late_s = []
    while len(late_s) < 4:
        kind, fields, at = viewer.words.get(timeout=60.0)
        if kind == "sound":
            shown.append((fields["at_s"] + 0.1, at))
        elif kind == "event" and fields["kind"] == "click":
            (sounded_at, *_) = (at for until_s, at in shown if until_s >= fields["time_s"])
            late_s.append(at - sounded_at)
    print(f"seconds from a click's sound to the click: {sorted(late_s)}")
    assert np.median(late_s) < 1.0
