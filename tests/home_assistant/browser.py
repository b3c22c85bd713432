"""Chromium, told over its DevTools protocol to look at a page of Home Assistant."""

import base64
import contextlib
import itertools
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from home_assistant.house import HERE, House, wait_for
from report.brokers import free_port

_DEEP_TEXT = """
(() => {
  const texts = [];
  const walk = node => {
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent.trim());
    if (["STYLE", "SCRIPT"].includes(node.nodeName)) return;
    if (node.shadowRoot) walk(node.shadowRoot);
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return texts.filter(Boolean).join("\\n");
})()
"""
"""All text of a page, that in shadow trees included: there is hardly any other"""


class Page:
    """One open tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def tell(self, method: str, **parameters: object) -> dict[str, Any]:
        """The result of a command of the protocol."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(30))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def text(self) -> str:
        """All that is to be read."""
        answer = self.tell("Runtime.evaluate", expression=_DEEP_TEXT)
        return answer["result"].get("value", "")

    def picture(self, path: Path) -> None:
        """Save what is to be seen."""
        shot = self.tell("Page.captureScreenshot", format="png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def looking_at(house: House, path: str, width: int = 1400, height: int = 1500) -> Iterator[Page]:
    """Open a page, logged in."""
    port = free_port()
    chromium = subprocess.Popen(
        [
            *(HERE / "enter", house.tree, house.config, "chromium", "--headless=new"),
            *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
            *(f"--remote-debugging-port={port}", "--user-data-dir=/tmp/chromium", "about:blank"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        tab = wait_for(lambda: _tab(port), 60.0, "Chromium's start")
        with connect(tab, max_size=None) as socket:
            page = Page(socket)
            base = f"http://127.0.0.1:{house.port}"
            tokens = {
                **{"access_token": house.token, "token_type": "Bearer", "expires_in": 1800},
                **{"hassUrl": base, "clientId": f"{base}/", "refresh_token": ""},
                "expires": int(time.time() * 1000) + 10**9,
            }
            script = f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(tokens))})"
            page.tell("Page.enable")
            page.tell("Page.addScriptToEvaluateOnNewDocument", source=script)
            page.tell(
                "Emulation.setDeviceMetricsOverride",
                **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
            )
            page.tell("Page.navigate", url=f"{base}/{path}")
            yield page
    finally:
        chromium.kill()
        chromium.wait(10)


def _tab(port: int) -> str | None:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer,
    ):
        tabs = [tab for tab in json.load(answer) if tab["type"] == "page"]
        return tabs[0]["webSocketDebuggerUrl"] if tabs else None
    return None
