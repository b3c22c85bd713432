"""A viewer of the page: a real browser, and what a person does with it."""

import base64
import io
import os
from pathlib import Path
from typing import Any

from axe_core_python.selenium import Axe
from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE_S = 300
"""For what comes sooner or later, on a machine that has much else to do"""
SERIOUS = ("serious", "critical")
PICTURES = os.environ.get("RUNOUT_PICTURES", "")
"""Folder that pictures of the page are kept in; none are where it is empty"""


def chromium(profile: Path, *more: str) -> webdriver.Chrome:
    """Start Debian's chromium with `more` arguments, and with a microphone that hums and beeps."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--user-data-dir={profile}",
        *more,
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


CLICKABLE = """
const said = [...document.querySelectorAll('button, a, summary')].filter(
  (one) => one.checkVisibility() && one.innerText.includes(arguments[0]));
// A dialog stands before all else.
const one = said.find((it) => it.closest('dialog[open]')) ?? said[0] ?? null;
one?.scrollIntoView({block: 'center'});
return one;
"""


class Page:
    """The page at an address, as one viewer has it."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        self.address = address
        self.size(1280, 800)
        self.look("light")

    def size(self, width: int, height: int) -> None:
        """Take a screen of `width` x `height` pixels."""
        self._tell(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def look(self, scheme: str) -> None:
        """Have the system 'light' or 'dark', and nothing move."""
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self._tell("Emulation.setEmulatedMedia", {"features": features})

    def open(self, view: str) -> None:
        """Go to a view, such as 'records' or 'side/ID'."""
        self.browser.get(f"{self.address}#/{view}")
        # The title changes with the view; what the view before held is gone by then.
        title = view.partition("/")[0].capitalize()
        self.wait(f"document.title.startsWith('{title} ')")

    def allow_downloads(self, folder: Path) -> None:
        """Have what is downloaded put into a folder, and what is copied read by a script."""
        where = {"behavior": "allow", "downloadPath": str(folder)}
        self._tell("Browser.setDownloadBehavior", where)
        copying = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        self._tell("Browser.grantPermissions", copying)

    def to_newest_window(self) -> None:
        """Go on in the window that was opened last."""
        self.browser.switch_to.window(self.browser.window_handles[-1])

    def wait(self, condition: str) -> Any:
        """Wait until a condition in JavaScript holds, and return what it is."""
        patience = WebDriverWait(self.browser, PATIENCE_S)
        return patience.until(
            lambda browser: browser.execute_script(f"return ({condition})"), condition
        )

    def wait_for_text(self, text: str, where: str = "body") -> None:
        """Wait until `text` can be read."""
        held = "document.querySelector(arguments[0])?.innerText.includes(arguments[1])"
        WebDriverWait(self.browser, PATIENCE_S).until(
            lambda browser: browser.execute_script(f"return {held}", where, text),
            f"'{text}' in {where}, which says: {self.text(where)}",
        )

    def text(self, where: str = "body") -> str:
        """What can be read in the first element of a CSS selector, '' where there is none."""
        # One step: an element that was found and then redrawn couldn't be asked.
        return str(
            self.script("return document.querySelector(arguments[0])?.innerText ?? ''", where)
        )

    def find(self, where: str) -> WebElement:
        """Wait for the first element of a CSS selector."""
        self.wait(f"document.querySelector({where!r}) !== null")
        return self.browser.find_element(By.CSS_SELECTOR, where)

    def click(self, words: str) -> None:
        """Click what a person reads `words` on: a button, a link, the head of what is closed."""
        patience = WebDriverWait(
            self.browser, PATIENCE_S, ignored_exceptions=[StaleElementReferenceException]
        )
        patience.until(lambda _: self._click_now(words), f"something to click that says '{words}'")

    def _click_now(self, words: str) -> bool:
        found = self.script(CLICKABLE, words)
        if found is not None:
            found.click()
        return found is not None

    def click_at(self, where: str, share: float) -> None:
        """Click the first element of a CSS selector at a share of its width, at half its height."""
        box = self.find(where)
        self.script("arguments[0].scrollIntoView({block: 'center'})", box)
        aside = round((share - 0.5) * box.size["width"])
        ActionChains(self.browser).move_to_element_with_offset(box, aside, 0).click().perform()

    def script(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript and return what it does."""
        return self.browser.execute_script(script, *arguments)

    def barriers(self) -> list[str]:
        """What keeps people out, by axe: each serious finding with where it is."""
        found = Axe().run(self.browser)["violations"]
        return [
            f"{one['id']}: {node['html'][:120]} ({node['failureSummary'][:200]})"
            for one in found
            if one["impact"] in SERIOUS
            for node in one["nodes"]
        ]

    def errors(self) -> list[str]:
        """What the browser complained of since it was asked last."""
        return [
            line["message"] for line in self.browser.get_log("browser") if line["level"] == "SEVERE"
        ]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the screen."""
        return int(self.script("return document.documentElement.scrollWidth - innerWidth"))

    def picture(self, name: str) -> None:
        """Keep a picture of what is seen as `name`.png, where pictures are wanted."""
        if PICTURES:
            taken = self._tell("Page.captureScreenshot", {})
            seen = Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")
            # A palette's worth of colours is a third of the bytes.
            few = seen.quantize(256, dither=Image.Dither.NONE)
            few.save(Path(PICTURES) / f"{name}.png", optimize=True)

    def _tell(self, command: str, fields: dict[str, Any]) -> Any:
        return self.browser.execute_cdp_cmd(command, fields)
