"""The check, as a person does it: files that are dropped, a whole side, and a microphone."""

from collections.abc import Callable
from pathlib import Path

from needs import needs
from report.brokers import wait_until
from sounds import SHELLAC
from web.browser.page import PATIENCE_S, Page
from web.browser.programmes import TURN_S, pressed, scratch
from web.browser.running import Running
from web.browser.test_live import SCRATCHED

pytestmark = needs("chromedriver", "chromium chromium-driver")

SIDE_S = 1500.0
SCRATCH_S = 301.0
TURNS = 100


def test_a_whole_side_is_handed_in_cancelled_and_handed_in_again(
    page: Page, tmp_path: Path
) -> None:
    clicks = [20.5, 61.3, *scratch(SCRATCH_S, TURNS), 700.2]
    side = pressed(tmp_path / "side.flac", SIDE_S, clicks)
    page.open("check")
    page.find("#files").send_keys(f"{side}\n{SHELLAC}")
    page.wait("document.querySelectorAll('.job').length === 2")
    # Once it is there it is graded, and can be stopped.
    page.wait(
        "fetch('/api/uploads').then((it) => it.json())"
        ".then((jobs) => jobs.some((it) => it.state === 'working' && it.progress > 0.02))"
    )
    page.wait("[...document.querySelectorAll('.job progress')].some((it) => it.value > 0.02)")
    page.find("[aria-label='Cancel: side.flac']").click()
    page.wait_for_text("Cancelled", ".job-list")
    page.wait_for_text("Graded", ".job-list")
    assert page.script("return [...document.querySelectorAll('.job a:not([hidden])')].length") == 1
    page.find("[aria-label='Remove: side.flac']").click()
    page.wait("document.querySelectorAll('.job').length === 1")

    page.find("#files").send_keys(str(side))
    # However long that takes, as long as it goes on.
    graded = "document.querySelectorAll('.job a:not([hidden])').length === 2"
    moved = "Number(document.querySelector('.job progress').value)"
    while not page.script(f"return {graded}"):
        page.wait(f"{graded} || {moved} !== {page.script(f'return {moved}')}")
    page.find(".job a:not([hidden])").click()
    page.wait_for_text("What the grade stands on")
    assert "ticks every turn" in page.text(".verdict-reason").lower()
    page.wait("document.querySelector('audio')?.readyState > 0")
    assert abs(page.script("return document.querySelector('audio').duration") - SIDE_S) < 1.0
    # The scratch is a line from its first turn to its last, towards the spindle.
    wait_until(lambda: (page.script(SCRATCHED, "canvas.disc")[0] or 0) > 6, PATIENCE_S)
    _, angle, inner, outer = page.script(SCRATCHED, "canvas.disc")
    side_path = page.script("return '/api/sides/' + location.hash.slice(7)")
    told = page.script("return fetch(arguments[0]).then((answer) => answer.json())", side_path)
    down_s = told["parts"][0]["start_s"]
    # Its speed is told to a hundredth, by which 200 turns lie 8 degrees elsewhere.
    middle_s = SCRATCH_S + TURN_S * TURNS / 2 - down_s
    away = (angle - middle_s * told["rpm"] / 60) % 1.0
    assert min(away, 1.0 - away) < 0.01
    length = TURNS * TURN_S / SIDE_S * (1 - 120.7 / 292.1) * 200 / 206
    assert abs(outer - inner - length) < 0.02

    # A click on the picture goes there; one on a mark, to just before its defect.
    page.click_at(".player-picture", 0.8)
    assert page.wait("Math.abs(document.querySelector('audio').currentTime - 1200) < 5")
    page.click_at(".player-picture", 700.2 / SIDE_S)
    assert page.wait("Math.abs(document.querySelector('audio').currentTime - 699.6) < 3")
    page.wait("!document.querySelector('audio').paused")
    assert "Click" in page.text(".player-hint")
    assert page.errors() == []


def test_a_microphone_is_checked_as_it_hears(
    station: Running, look: Callable[..., Page], tmp_path: Path
) -> None:
    # The browser plays it in a circle, as its microphone.
    sound = pressed(tmp_path / "room.wav", 30.0, [1.5 + 0.37 * place for place in range(75)])
    page = look(station, f"--use-file-for-fake-audio-capture={sound}")
    page.open("check")
    page.click("Begin to listen")
    page.wait("document.querySelector('.verdict-list li .figures') !== null")
    page.wait_for_text("clicks", ".verdict-list")
    assert page.barriers() == []
    page.click("End, and grade all of it")
    page.click("See the result")
    page.wait_for_text("recorded in a browser")
    page.wait_for_text("clicks", ".facts")
    page.wait("document.querySelector('audio')?.readyState > 0")
    assert page.errors() == []
