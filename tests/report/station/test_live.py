import pytest

from report.station.pages import Page
from runout.report.station.live import AGAIN_S, MOST_PENDING, Live


@pytest.fixture
def path(tmp_path):
    return tmp_path / "live"


@pytest.fixture
def live(path, clock):
    made = Live(path, lambda: ("events", {"events": []}), clock=clock)
    yield made
    made.close()


def drained(live, page):
    """What the page hears when it goes on reading, up to a last word."""
    live.say("last", {})
    seen = page.heard()
    while all(word["type"] != "last" for word in seen):
        # Whatever is said lets go out what waits.
        live.show("picture", {})
        seen += page.heard()
    return seen


def test_who_is_there_is_welcomed_first_and_hears_all(path, live):
    page = Page(path)
    live.say("state", {"phase": "idle"})
    assert page.heard() == [{"type": "events", "events": []}, {"type": "state", "phase": "idle"}]


def test_a_page_that_comes_later_is_found_within_a_second(path, live, clock):
    assert not live.there
    page = Page(path)
    clock.now_s = AGAIN_S / 2
    assert not live.there
    clock.now_s = AGAIN_S
    assert live.there
    assert page.kinds() == ["events"]


def test_without_a_page_nothing_is_kept_for_one(path, live, clock):
    live.say("state", {})
    page = Page(path)
    clock.now_s = AGAIN_S
    assert live.there
    assert page.kinds() == ["events"]


def test_a_killed_page_that_is_back_is_welcomed_anew(path, live, clock):
    first = Page(path)
    live.say("state", {})
    first.die()
    live.say("state", {})
    assert not live.there
    second = Page(path)
    clock.now_s = AGAIN_S
    live.say("state", {})
    assert second.kinds() == ["events", "state"]


def test_a_slow_page_loses_sound_but_no_words(path, live):
    page = Page(path)
    for number in range(100):
        live.show("sound", {"number": number})
        live.say("event", {"number": number})
    assert live.missed > 0
    seen = drained(live, page)
    events = [word["number"] for word in seen if word["type"] == "event"]
    assert events == list(range(100))
    sounds = [word["number"] for word in seen if word["type"] == "sound"]
    assert sounds == sorted(sounds)
    assert 0 < len(sounds) < 100


def test_what_waits_for_a_page_that_hangs_is_bounded(path, live):
    page = Page(path)
    for number in range(5 * MOST_PENDING):
        live.say("event", {"number": number})
    events = [word["number"] for word in drained(live, page) if word["type"] == "event"]
    # The newest of them, behind those few that the kernel held.
    assert events[-MOST_PENDING + 1 :] == list(range(4 * MOST_PENDING + 1, 5 * MOST_PENDING))
    assert len(events) < 2 * MOST_PENDING


def test_no_path_is_no_page(clock):
    assert not Live(None, clock=clock).there
