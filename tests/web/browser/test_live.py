"""The live view, as a record plays: a real ear, a real broker, and whoever looks on."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from needs import needs
from report.brokers import Mosquitto, wait_until
from sounds import SHELLAC
from web.browser.page import PATIENCE_S, Page
from web.browser.programmes import TURN_S, pressed, scratch
from web.browser.running import Running

pytestmark = needs("chromedriver", "chromium chromium-driver")

WITHIN_S = 1.0
"""After its sound a defect is shown"""
CLICKS = [4.35, 6.1, 8.9]

# Writes down how much was heard when a defect's row came, and what the meters said.
WATCH = """
window.watched = {heardS: 0, shown: [], levels: new Set()};
new EventSource('/api/events').addEventListener('sound', ({data}) => {
  const sound = JSON.parse(data);
  watched.heardS = Math.max(watched.heardS, sound.at_s + sound.hop_s * sound.envelope.length);
});
new MutationObserver(() => {
  const rows = document.querySelectorAll('.heard-list > .kind-click').length;
  while (watched.shown.length < rows) watched.shown.push(watched.heardS);
}).observe(document.querySelector('.heard-list'), {childList: true});
const meter = document.querySelector('[role=meter]');
new MutationObserver(() => watched.levels.add(meter.ariaValueNow))
  .observe(meter, {attributeFilter: ['aria-valuenow']});
"""

# How many colours a canvas has on it, and a number that is another when its picture is.
DRAWN = """
const canvas = document.querySelector(arguments[0]);
const {width, height} = canvas;
const {data} = canvas.getContext('2d').getImageData(0, 0, width, height);
const pixels = new Uint32Array(data.buffer);
let sum = 0;
for (const pixel of pixels) sum = (sum * 31 + pixel) % 4294967291;
return [new Set(pixels).size, sum];
"""

# Where on a disc the colour of scratches is: angle in turns, counter-clockwise from the top, and
# the radius from and to, of that of the canvas.
SCRATCHED = """
const canvas = document.querySelector(arguments[0]);
const size = canvas.width;
const one = new OffscreenCanvas(1, 1).getContext('2d');
one.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--scratch');
one.fillRect(0, 0, 1, 1);
const wanted = one.getImageData(0, 0, 1, 1).data;
const {data} = canvas.getContext('2d').getImageData(0, 0, size, size);
const found = [];
for (let i = 0; i < size * size; i += 1) {
  if ([0, 1, 2].every((of) => Math.abs(data[4 * i + of] - wanted[of]) < 24)) {
    found.push([i % size - size / 2, Math.floor(i / size) - size / 2]);
  }
}
const [x, y] = [0, 1].map((of) => found.reduce((sum, at) => sum + at[of], 0) / found.length);
const radii = found.map((at) => Math.hypot(...at) / (size / 2));
return [found.length, Math.atan2(-x, -y) / (2 * Math.PI), Math.min(...radii), Math.max(...radii)];
"""


def live(page: Page) -> Any:
    """What the station says of what plays."""
    return page.script("return fetch('/api/live').then((answer) => answer.json())")


@pytest.mark.short
def test_a_defect_is_shown_within_a_second_of_its_sound(
    page: Page, station: Running, tmp_path: Path
) -> None:
    page.open("live")
    page.wait_for_text("Not listening", "#ear")
    page.script(WATCH)
    station.play(pressed(tmp_path / "side.flac", 16.0, CLICKS))
    page.wait("watched.heardS > 3")
    colours, before = page.script(DRAWN, ".rolling-canvas")
    assert colours > 50
    page.wait(f"watched.shown.length >= {len(CLICKS)}")
    shown = page.script("return watched.shown")
    late_s = [at - click for at, click in zip(shown, CLICKS, strict=True)]
    print(f"shown {', '.join(f'{late:.2f}' for late in late_s)} s after their sound")
    assert max(late_s) <= WITHIN_S
    assert page.script(DRAWN, ".rolling-canvas")[1] != before
    assert page.script("return watched.levels.size") > 3
    assert page.text(".now-title") == "side.flac"
    assert page.text(".now-time").startswith("0:")
    assert "Track 1" in page.text(".now-part")
    assert page.errors() == []


def test_a_scratch_is_a_line_across_the_grooves(
    page: Page, station: Running, tmp_path: Path
) -> None:
    page.open("live")
    # Of a side of 20 minutes it is a short line; test_check.py has a long one.
    station.play(pressed(tmp_path / "side.flac", 40.0, scratch(3.0, 20)))
    page.find(".heard-list .kind-scratch")
    wait_until(lambda: page.script(SCRATCHED, ".groove canvas")[0] > 6, PATIENCE_S)
    _, angle, inner, outer = page.script(SCRATCHED, ".groove canvas")
    assert 0.9 < inner < outer < 1.0
    assert outer - inner > 0.03
    started_s = live(page)["state"]["started_s"]
    away = (angle - (3.0 - started_s) / TURN_S) % 1.0
    assert min(away, 1.0 - away) < 0.01


def test_two_viewers_see_the_same_and_no_kill_takes_it_from_them(
    page: Page, station: Running, look: Callable[..., Page], tmp_path: Path
) -> None:
    viewers = (page, look(station))
    for viewer in viewers:
        viewer.open("live")
    station.play(pressed(tmp_path / "side.flac", 90.0, CLICKS + scratch(11.2, 16) + [52.4, 57.1]))
    for viewer in viewers:
        viewer.wait_for_text("Scratch", ".heard-list")
    station.fall()
    for viewer in viewers:
        viewer.wait_for_text("The connection to the station is broken", "#notice")
    page.script("window.stayed = true")
    station.restart()
    for viewer in viewers:
        viewer.wait_for_text("Listening", "#ear")
        viewer.wait("document.querySelector('#notice').hidden")
        # What was heard before the kill is there again.
        viewer.wait_for_text("0:04", ".heard-list")
        viewer.wait_for_text("Scratch", ".heard-list")
    assert page.script("return window.stayed"), "the page was loaded anew"
    # A minute of music, and there is a grade, with what limits it.
    for viewer in viewers:
        viewer.wait_for_text("cratches for", ".hero-reason")
    wait_until(lambda: len({viewer.text(".hero") for viewer in viewers}) == 1, PATIENCE_S)
    wait_until(lambda: len({viewer.text(".heard-list") for viewer in viewers}) == 1, PATIENCE_S)
    assert page.text(".hero-label") in {"VG+", "VG", "G+", "G"}
    page.script("scrollTo(0, 0)")
    page.picture("station-live")


def test_that_the_ear_is_away_is_said_in_words(page: Page, station: Running) -> None:
    page.open("live")
    station.play(SHELLAC)
    page.wait_for_text("Listening", "#ear")
    station.lift()
    page.wait_for_text("Not listening", "#ear")
    page.wait_for_text("The part of the box that listens isn’t running", "#notice")
    page.wait_for_text("nobody listens", ".health")
    station.play(SHELLAC)
    page.wait_for_text("Listening", "#ear")
    page.wait("document.querySelector('#notice').hidden")
    page.wait_for_text("sound arrives", ".health")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A Mosquitto that runs."""
    made = Mosquitto(tmp_path)
    made.start()
    yield made
    made.stop()


@needs("mosquitto", "mosquitto")
def test_the_box_is_told_through_the_broker(
    broker: Mosquitto, look: Callable[..., Page], tmp_path: Path
) -> None:
    station = Running(tmp_path, "[mqtt]", 'host = "127.0.0.1"', f"port = {broker.port}")
    try:
        page = look(station)
        page.open("live")
        page.wait_for_text("told through 127.0.0.1", ".health")
        station.play(pressed(tmp_path / "side.flac", 90.0, CLICKS))
        page.wait_for_text("Click", ".heard-list")
        page.click("Tell the box")
        page.script(
            """
            const keenness = document.querySelector('#keenness');
            keenness.value = 'high';
            keenness.dispatchEvent(new Event('change'));
            """
        )
        page.wait_for_text("Listens now: hear more")
        page.wait(
            "fetch('/api/live').then((it) => it.json())"
            ".then((it) => it.state.sensitivity === 'high')"
        )
        page.click("Label this record")
        page.find("#label-artist").send_keys("Can")
        page.find("#label-title").send_keys("Future Days")
        page.click("Keep")
        page.wait_for_text("Can – Future Days", ".now-title")
        page.click("Begin a new side here")
        page.wait_for_text("A new side began")
        page.open("records")
        page.wait_for_text("Can – Future Days", ".record-list")
        assert page.errors() == []
        page.open("live")
        broker.stop()
        page.wait_for_text("127.0.0.1 doesn’t answer", ".health")
        broker.start()
        page.wait_for_text("told through 127.0.0.1", ".health")
    finally:
        station.stop()


def test_an_excerpt_of_a_defect_plays(page: Page, station: Running, tmp_path: Path) -> None:
    page.open("live")
    # The page's own element isn't in its tree: it is seen when it is played.
    page.script(
        """
        const play = HTMLMediaElement.prototype.play;
        HTMLMediaElement.prototype.play = function played() {
          window.excerpt = this;
          return play.call(this);
        };
        """
    )
    station.play(pressed(tmp_path / "side.flac", 20.0, CLICKS))
    button = page.find(".heard-list .play")
    assert button.get_attribute("aria-label").startswith("Play: click at 0:0")
    # Kept to 0.6 s after its sound, and there a second later: the one before the newest is.
    page.wait("document.querySelectorAll('.heard-list .play').length > 1")
    page.script("document.querySelectorAll('.heard-list .play')[1].click()")
    page.wait("window.excerpt?.currentTime > 0.2")
    assert math.isclose(page.script("return excerpt.duration"), 1.2, abs_tol=0.3)
