"""Many tabs of one browser, which has six connections for a station and no more."""

from selenium.webdriver.common.by import By

from needs import needs
from sounds import SHELLAC
from web.browser.page import Page
from web.browser.running import Running

pytestmark = needs("chromedriver", "chromium chromium-driver")

WATCHED = """
window.streams = [];
window.EventSource = class extends EventSource {
  constructor(...where) {
    super(...where);
    window.streams.push(this);
  }
};
window.open_while_hidden = [];
document.addEventListener('visibilitychange', () => setTimeout(() => {
  const open = window.streams.filter((it) => it.readyState !== 2);
  if (document.hidden) window.open_while_hidden.push(open.length);
}));
"""
"""Before the page's own script: which of its streams are open when nobody looks"""


def another_tab(page: Page, view: str) -> None:
    page.browser.switch_to.new_window("tab")
    page.open(view)


def test_a_tab_that_nobody_sees_holds_no_connection_and_then_shows_what_it_missed(
    station: Running, page: Page
) -> None:
    page.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCHED})
    page.open("records")
    page.wait_for_text("No side was graded yet")
    page.wait("window.streams.some((it) => it.readyState === 1)")
    first = page.browser.current_window_handle
    another_tab(page, "check")
    station.hand_in("shellac.flac", SHELLAC.read_bytes())
    page.wait_for_text("See the result")
    page.browser.switch_to.window(first)
    page.wait("!document.hidden && window.streams.at(-1).readyState === 1")
    assert page.script("return window.open_while_hidden") == [0]
    page.wait_for_text("1 side")
    assert len(page.browser.find_elements(By.CSS_SELECTOR, ".record-row")) == 1
    assert page.errors() == []
