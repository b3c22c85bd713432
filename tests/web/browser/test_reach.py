"""By keyboard alone, on every screen, in light and dark, and without an internet."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from needs import needs
from sounds import SHELLAC
from web.browser.page import Page
from web.browser.programmes import pressed
from web.browser.running import Running

pytestmark = needs("chromedriver", "chromium chromium-driver")

SCREENS = ((360, 800), (1280, 800), (3840, 2160))
MOST_TABS = 60


def press(page: Page, *keys: str) -> None:
    """Press keys, as on a keyboard."""
    ActionChains(page.browser).send_keys(*keys).perform()


def tab_to(page: Page, words: str) -> None:
    """Go on by the Tab key until what has the focus says `words`, or is called so."""
    held = """
    const one = document.activeElement;
    const said = [one.id, one.innerText, one.ariaLabel, one.className];
    return said.some((it) => it?.includes?.(arguments[0]));
    """
    for _ in range(MOST_TABS):
        press(page, Keys.TAB)
        if page.script(held, words):
            # Who sees the page sees where it is.
            shown = "const to = getComputedStyle(document.activeElement); return to.outlineStyle"
            assert page.script(shown) != "none", words
            return
    raise AssertionError(f"{MOST_TABS} tabs didn't lead to {words!r}")


def test_a_side_is_found_labelled_played_and_deleted_without_a_mouse(
    page: Page, station: Running, tmp_path: Path
) -> None:
    sound = pressed(tmp_path / "excerpt.flac", 16.0, [3.1, 8.3])
    station.hand_in(sound.name, sound.read_bytes())
    page.open("live")
    tab_to(page, "Records")
    press(page, Keys.ENTER)
    page.wait_for_text("1 side", "main")
    tab_to(page, "search")
    press(page, "excerpt")
    page.wait_for_text("1 side", "main")
    tab_to(page, "record-row")
    press(page, Keys.ENTER)
    page.wait_for_text("What the grade stands on")
    tab_to(page, "Label, price, sleeve")
    press(page, Keys.ENTER)
    page.wait("document.querySelector('dialog[open]')?.contains(document.activeElement)")
    assert page.script("return document.activeElement.id") == "label-artist"
    press(page, "Can", Keys.TAB, "Future Days", Keys.ENTER)
    page.wait_for_text("Can – Future Days", "h1")
    page.wait("document.querySelector('audio')?.readyState > 0")
    tab_to(page, "player-picture")
    press(page, Keys.END, Keys.HOME, Keys.ARROW_RIGHT)
    page.wait("document.querySelector('audio').currentTime === 5")
    press(page, "n")
    page.wait("document.querySelector('.player-hint').innerText.includes('dB')")
    press(page, Keys.SPACE)
    page.wait("!document.querySelector('audio').paused")
    press(page, Keys.SPACE)
    page.wait("document.querySelector('audio').paused")
    page.script("document.querySelector('#main').focus()")
    tab_to(page, "Delete")
    press(page, Keys.ENTER)
    page.wait_for_text("This can’t be undone")
    # Enter at once keeps it, and so does Escape.
    press(page, Keys.ENTER)
    page.wait("document.querySelector('dialog') === null")
    press(page, Keys.ENTER)
    page.wait_for_text("This can’t be undone")
    press(page, Keys.ESCAPE)
    page.wait("document.querySelector('dialog') === null")
    press(page, Keys.ENTER)
    page.wait_for_text("This can’t be undone")
    press(page, Keys.TAB, Keys.ENTER)
    page.wait_for_text("No side was graded yet")
    assert page.errors() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_with_something_in_it_keeps_people_out(
    page: Page, station: Running, tmp_path: Path, scheme: str
) -> None:
    page.look(scheme)
    station.hand_in("excerpt.flac", SHELLAC.read_bytes())
    page.open("records")
    page.wait_for_text("1 side", "main")
    (side,) = page.script("return fetch('/api/sides').then((it) => it.json())")["sides"]
    page.open(f"side/{side['side_id']}")
    page.wait_for_text("What the grade stands on")
    page.wait("document.querySelector('.player-picture') !== null")
    station.play(pressed(tmp_path / "side.flac", 60.0, [3.1, 4.3, 6.7]))
    for view, words in (("side/" + side["side_id"], "Every defect"), ("records", "1 side")):
        page.open(view)
        page.wait_for_text(words)
        reachable(page, view)
    page.open("live")
    page.wait_for_text("Click", ".heard-list")
    reachable(page, "live")
    page.click("Label this record")
    assert page.barriers() == []
    assert page.errors() == []


def reachable(page: Page, view: str) -> None:
    """Nothing keeps anybody out, on any screen."""
    for width, height in SCREENS:
        page.size(width, height)
        assert page.barriers() == [], f"{view} at {width}"
        assert page.overflow() <= 0, f"{view} at {width}"
    page.size(1280, 800)


def test_it_works_without_an_internet_and_asks_for_none(
    station: Running, look: Callable[..., Page]
) -> None:
    # Names of other machines lead nowhere.
    page = look(station, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    station.hand_in("excerpt.flac", SHELLAC.read_bytes())
    for view in ("live", "check", "records"):
        page.open(view)
    page.find(".record-row").click()
    page.wait_for_text("What the grade stands on")
    page.wait("document.querySelector('audio')?.readyState > 0")
    page.browser.get(f"{station.address}docs")
    page.wait_for_text("/api/sides")
    asked = [json.loads(line["message"])["message"] for line in page.browser.get_log("performance")]
    sent = [
        one["params"]["request"]["url"]
        for one in asked
        if one["method"] == "Network.requestWillBeSent"
    ]
    mine = [url for url in sent if not url.startswith(("data:", "blob:", "chrome:", "about:"))]
    assert len(mine) > 20
    assert [url for url in mine if not url.startswith(station.address)] == []
    assert page.errors() == []
