"""Names and labels that would like to be more than text."""

from urllib.parse import quote

import pytest

from needs import needs
from sounds import SHELLAC
from web.browser.page import Page
from web.browser.running import Running

pytestmark = needs("chromedriver", "chromium chromium-driver")

SCRIPTS = (
    "<script>window.ran = 1</script>",
    "\"><img src=x onerror='window.ran = 1'>",
    "'-(window.ran=1)-'",
    "</textarea></title><svg onload=window.ran=1>",
    "javascript:window.ran=1",
    "{{window.ran=1}}${window.ran=1}",
)
TURNED = "\u202egpj.ecidrah\u202c \u2066x"
LONG = "W" * 10_000
LABELS = {
    "artist": SCRIPTS[0] + TURNED,
    "title": SCRIPTS[1],
    "side": SCRIPTS[2],
    "catalogue": SCRIPTS[3],
    "price": SCRIPTS[4],
    "note": LONG[:200],
}


def safe(page: Page, view: str) -> None:
    """A view runs nothing, and is as wide as the screen."""
    for width, height in ((360, 800), (1280, 800)):
        page.size(width, height)
        assert page.overflow() <= 0, f"{view} at {width}"
    assert page.script("return window.ran ?? null") is None
    assert page.errors() == []


@pytest.mark.short
def test_no_name_or_label_is_more_than_text(page: Page, station: Running) -> None:
    sound = SHELLAC.read_bytes()
    for name in (*SCRIPTS, TURNED, LONG[:900]):
        station.hand_in(quote(f"{name}.flac", safe=""), sound)
    page.open("check")
    page.wait("document.querySelectorAll('.job').length === 8")
    page.wait("document.querySelectorAll('.job a:not([hidden])').length > 0")
    assert SCRIPTS[0] in page.text(".job-list")
    safe(page, "check")
    # A browser may hold a longer name than the station takes: it is refused in words.
    page.script(
        """
        const files = new DataTransfer();
        files.items.add(new File(['x'], arguments[0] + '.flac'));
        const drop = new DragEvent('drop', {dataTransfer: files, bubbles: true});
        document.querySelector('.drop').dispatchEvent(drop);
        """,
        LONG,
    )
    page.wait_for_text("at most 1000 characters", ".job-list")
    for width in (360, 1280):
        page.size(width, 800)
        assert page.overflow() <= 0
    # The refusal itself is what the browser complains of.
    assert all("422" in error for error in page.errors())

    side_id = page.script("return document.querySelector('.job a:not([hidden])').hash.slice(7)")
    kept = page.script(
        """
        const [id, label] = arguments;
        return fetch(`/api/sides/${id}`, {
          method: 'PATCH',
          body: JSON.stringify(label),
          headers: {'Content-Type': 'application/json'},
        }).then((answer) => answer.json());
        """,
        side_id,
        LABELS,
    )
    assert "<script>" in kept["label"]["artist"]
    page.open("records")
    page.wait_for_text(SCRIPTS[1], ".record-list")
    assert "\u202e" not in page.text("main")
    safe(page, "records")
    page.open(f"side/{side_id}")
    page.wait_for_text(SCRIPTS[0], "h1")
    safe(page, "side")
    page.click("Label, price, sleeve")
    assert page.find("#label-title").get_attribute("value") == SCRIPTS[1]
    safe(page, "label")
    page.click("Cancel")
    page.click("Delete")
    page.wait_for_text(SCRIPTS[0], "dialog")
    safe(page, "delete")
    page.click("Keep it")
    page.click("This record over time")
    page.wait_for_text("Every play")
    safe(page, "record")
    page.browser.get(f"{station.address}api/sides/{side_id}/report")
    page.wait_for_text(SCRIPTS[0])
    safe(page, "report")


def test_an_address_that_is_none_shows_the_page_all_the_same(page: Page) -> None:
    for view in ("side/%3Cscript%3Ewindow.ran=1%3C%2Fscript%3E", "record/..%2F..%2Fetc", "side/%"):
        page.browser.get(f"{page.address}#/{view}")
        page.browser.refresh()
        page.wait("document.querySelector('main').innerText.length > 5")
        page.wait("document.querySelector('main [aria-busy]') === null")
        assert page.script("return window.ran ?? null") is None
    assert "Live" in page.text("nav")
