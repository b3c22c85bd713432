"""The page works at all: each view in a real browser, as a person would use it."""

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from needs import needs
from sounds import SHELLAC
from web.browser.page import Page, chromium
from web.browser.running import Running

pytestmark = needs("chromedriver", "chromium chromium-driver")

VIEWS = ("live", "records", "check")
SCREENS = ((360, 800), (1280, 800), (3840, 2160))


def graded(page: Page, sound: Path) -> None:
    """Hand a file in and go to what became of it."""
    page.open("check")
    page.find("#files").send_keys(str(sound))
    page.click("See the result")
    page.wait_for_text("What the grade stands on")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_keeps_people_out(page: Page, scheme: str) -> None:
    page.look(scheme)
    for view in VIEWS:
        page.open(view)
        assert page.barriers() == []
        for width, height in SCREENS:
            page.size(width, height)
            assert page.overflow() <= 0, f"{view} at {width}"
    assert page.errors() == []


@pytest.mark.short
def test_a_file_that_is_handed_in_is_graded_and_shown(page: Page) -> None:
    graded(page, SHELLAC)
    assert page.text(".verdict-badge") == "G"
    assert "Crackle throughout" in page.text(".verdict-reason")
    page.wait("document.querySelector('.player-picture') !== null")
    page.wait("document.querySelector('audio').readyState > 0")
    assert page.barriers() == []
    page.click("Next defect")
    assert page.wait("document.querySelector('audio').currentTime >= 0 && 'heard'") == "heard"
    page.script("scrollTo(0, 0)")
    page.picture("station-side")
    assert page.errors() == []


def test_the_player_goes_where_it_is_clicked(page: Page) -> None:
    graded(page, SHELLAC)
    page.wait("document.querySelector('audio')?.readyState > 0")
    slider = page.find(".player-picture")
    page.script(
        """
        const box = arguments[0].getBoundingClientRect();
        const at = {clientX: box.left + box.width / 2, clientY: box.top + 5, bubbles: true};
        arguments[0].dispatchEvent(new PointerEvent('pointerdown', at));
        """,
        slider,
    )
    # A mark near by draws it there, to just before its defect.
    assert page.wait("Math.abs(document.querySelector('audio').currentTime - 5) < 1.5")


@pytest.mark.short
def test_a_side_is_labelled_found_and_deleted(page: Page) -> None:
    graded(page, SHELLAC)
    page.click("Label, price, sleeve")
    page.find("#label-artist").send_keys("Original Dixieland Jass Band")
    page.find("#label-note").send_keys("<img src=x onerror=document.title='ran'>")
    page.find("#label-title").send_keys("Livery Stable Blues")
    page.find("#label-price").send_keys("12.00")
    assert page.barriers() == []
    page.click("Keep")
    page.wait_for_text("<img src=x onerror=document.title='ran'>", ".facts")
    page.open("records")
    page.wait_for_text("1 side", "main")
    assert page.barriers() == []
    page.picture("station-records")
    page.find("#search").send_keys("livery")
    page.wait_for_text("Livery Stable Blues")
    page.click("Livery Stable Blues")
    page.click("Delete")
    page.click("Keep it")
    page.click("Delete")
    page.click("Delete it")
    page.wait_for_text("No side was graded yet")
    assert page.script("return document.title") != "ran"


def test_what_plays_is_seen_as_it_plays(page: Page, station: Running) -> None:
    page.open("live")
    page.wait_for_text("Not listening")
    station.play(SHELLAC)
    page.wait_for_text("Listening", "#ear")
    page.wait_for_text("Crackle", ".heard")
    page.wait("Number(document.querySelector('[role=meter]').ariaValueNow) > -60")
    assert page.barriers() == []
    # The ear ends with its file, and the side is kept.
    page.wait_for_text("Not listening", "#ear")
    page.open("records")
    page.wait_for_text("Crackle throughout")
    assert page.errors() == []


def test_it_picks_up_after_the_service_was_away(page: Page, station: Running) -> None:
    page.open("live")
    page.wait_for_text("Not listening", "#ear")
    station.stop()
    page.wait_for_text("The connection to the station is broken")
    station.restart()
    page.wait_for_text("Not listening", "#ear")


def test_sound_of_a_microphone_is_graded(page: Page) -> None:
    page.open("check")
    page.click("Begin to listen")
    page.wait("/^0:0[3-9]|^0:[1-5]/.test(document.querySelector('.mic-row p').innerText)")
    page.picture("station-check")
    page.click("End, and grade all of it")
    page.click("See the result")
    page.wait_for_text("recorded in a browser")


def test_nobody_gets_in_without_the_password(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("run out groove\n")
    running = Running(tmp_path, f'password_file = "{tmp_path / "password"}"')
    browser = chromium(tmp_path / "profile")
    try:
        page = Page(browser, running.address)
        browser.get(running.address)
        page.wait_for_text("asks for the password")
        assert page.barriers() == []
        page.find("#password").send_keys("guessed")
        page.click("Log in")
        page.wait("document.querySelector('#wrong').innerText !== ''")
        page.find("#password").clear()
        page.find("#password").send_keys("run out groove")
        page.click("Log in")
        page.wait_for_text("Not listening", "#ear")
        page.click("Log out")
        page.wait_for_text("asks for the password")
    finally:
        browser.quit()
        running.stop()


def test_nothing_is_fetched_from_elsewhere(page: Page, station: Running) -> None:
    for view in VIEWS:
        page.open(view)
    fetched = page.script("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert fetched
    assert [one for one in fetched if not one.startswith(station.address)] == []


def test_all_of_it_is_within_reach_of_the_keyboard(page: Page) -> None:
    page.open("check")
    body = page.browser.find_element(By.TAG_NAME, "body")
    reached = []
    for _ in range(12):
        body.send_keys("\ue004")
        reached.append(
            page.script("return document.activeElement.id || document.activeElement.innerText")
        )
    assert reached[0] == "Skip to the content"
    assert {"Live", "Records", "Check", "files", "device", "Begin to listen"} <= set(reached)
