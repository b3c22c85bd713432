"""A running station, and a browser before it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from web.browser.page import Page, chromium
from web.browser.running import Running


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Running]:
    """A station without an ear, and with no records."""
    running = Running(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def page(station: Running, tmp_path: Path) -> Iterator[Page]:
    """A viewer before it."""
    browser = chromium(tmp_path / "profile")
    yield Page(browser, station.address)
    browser.quit()


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Call with a station, and arguments for the browser, for a viewer more."""
    with ExitStack() as stack:

        def viewer(station: Running, *arguments: str) -> Page:
            browser = chromium(tmp_path / f"profile-{len(viewers)}", *arguments)
            stack.callback(browser.quit)
            viewers.append(Page(browser, station.address))
            return viewers[-1]

        viewers: list[Page] = []
        yield viewer
