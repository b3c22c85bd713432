"""The records, as a shop uses them: found, labelled, compared, listed, taken along, thrown away."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

from needs import needs
from report.brokers import wait_until
from report.examples import SIDE
from runout.report.messages import side_payload
from runout.report.station.finished import take_up
from sounds import SHELLAC
from web.browser.page import PATIENCE_S, Page
from web.browser.programmes import pressed
from web.browser.running import Running

pytestmark = needs("chromedriver", "chromium chromium-driver")

DIRTY = [1.5 + 0.37 * place for place in range(70)]


def graded(page: Page, station: Running, *sounds: Path) -> list[str]:
    """Have files graded, one after the other; their sides' ids."""
    for sound in sounds:
        station.hand_in(sound.name, sound.read_bytes())
    page.open("records")
    page.wait_for_text(f"{len(sounds)} side", "main")
    found = page.script("return fetch('/api/sides?sort=oldest').then((answer) => answer.json())")
    return [side["side_id"] for side in found["sides"]]


def labelled(page: Page, side_id: str, **fields: str) -> None:
    """Say in the form what a side is."""
    page.open(f"side/{side_id}")
    page.click("Label, price, sleeve")
    for name, text in fields.items():
        page.find(f"#label-{name}").send_keys(text)
    page.click("Keep")
    page.wait_for_text(fields.get("artist", ""), "h1")


def test_a_side_that_outlived_a_kill_without_its_defects_says_so(
    page: Page, station: Running
) -> None:
    take_up(station.state, side_payload(SIDE, datetime.now(UTC)) | {"label": {}}, "box")
    page.open("records")
    page.wait_for_text("1 side", "main")
    page.open("side/s1")
    page.wait_for_text("This side’s defects were lost in a restart.", ".defects")
    assert "1,184 clicks" in page.text(".defects")
    assert page.errors() == []


def test_what_the_cleaning_did_is_seen_before_and_after(
    page: Page, station: Running, tmp_path: Path
) -> None:
    before, after = graded(
        page,
        station,
        pressed(tmp_path / "dirty.flac", 30.0, DIRTY),
        pressed(tmp_path / "clean.flac", 30.0, DIRTY[:1]),
    )
    for side_id, note in ((before, "as it came in"), (after, "washed")):
        labelled(page, side_id, artist="Can", title="Future Days", side="A", note=note)
    page.click("This record over time")
    page.wait_for_text("Before and after")
    said = page.text("main")
    assert "as it came in" in said
    assert "washed" in said
    assert page.text(".history-change").startswith("Better than at the first play")
    plays = page.script(
        "const badges = document.querySelectorAll('.history-play .verdict-badge');"
        "return [...badges].map((it) => it.innerText)"
    )
    assert len(plays) == 2
    assert plays[0] != plays[1]
    page.find(".history-chart")
    assert page.barriers() == []
    page.picture("station-history")
    page.look("dark")
    assert page.barriers() == []
    page.size(360, 800)
    assert page.overflow() <= 0
    assert page.errors() == []


def test_a_side_is_listed_reported_and_taken_along(
    page: Page, station: Running, tmp_path: Path
) -> None:
    kept = tmp_path / "taken"
    page.allow_downloads(kept)
    (side_id,) = graded(page, station, SHELLAC)
    labelled(page, side_id, artist="=1+1", title="Livery Stable Blues", price="12.00", sleeve="VG")
    page.click("Copy for Discogs")
    page.wait_for_text("Copied for Discogs")
    copied = page.script("return navigator.clipboard.readText()")
    assert copied == page.text("#listing-discogs")
    assert "Crackle" in copied or "crackle" in copied
    page.click("JSON")
    wait_until((kept / f"{side_id}.json").exists, PATIENCE_S)
    assert json.loads((kept / f"{side_id}.json").read_text())["grade"]["label"] == "G"

    page.open("records")
    page.find("#search").send_keys("livery")
    page.wait("document.querySelector('a[href*=\"sides.csv?search=livery\"]') !== null")
    page.click("CSV for a spreadsheet")
    wait_until((kept / "sides.csv").exists, PATIENCE_S)
    with (kept / "sides.csv").open(newline="", encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert row["title"] == "Livery Stable Blues"
    assert row["price"] == "12.00"
    # A spreadsheet would reckon what begins with "=".
    assert row["artist"] == "'=1+1"
    page.click("JSON")
    wait_until((kept / "sides.json").exists, PATIENCE_S)
    (side,) = json.loads((kept / "sides.json").read_text())["sides"]
    assert side["label"]["artist"] == "=1+1"

    page.open(f"side/{side_id}")
    page.click("The whole report")
    page.to_newest_window()
    page.wait_for_text("Hear the worst of it")
    assert page.errors() == []
