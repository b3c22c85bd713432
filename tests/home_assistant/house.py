"""A real Home Assistant: started, asked, told, and stopped."""

import contextlib
import itertools
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from home_assistant.seed import seed
from report.brokers import free_port

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "home-assistant"
_HASS = ("/opt/ha/bin/hass", "--config", "/config", "--skip-pip")
START_S = 120.0

_CONFIGURATION = """\
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
websocket_api:
frontend:
history:
scene:
automation: !include automations.yaml
lovelace:
  dashboards:
    runout-box:
      mode: yaml
      title: Runout
      filename: dashboard.yaml
"""


def wait_for(holds: Callable[[], object], timeout_s: float = 60.0, what: str = "") -> Any:
    """The first true value of `holds`."""
    deadline = time.monotonic() + timeout_s
    while not (value := holds()):
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.1)
    return value


class House:
    """One Home Assistant in `tree`, its configuration in `config`."""

    def __init__(self, tree: Path, config: Path, broker_port: int) -> None:
        self.tree = tree
        self.config = config
        self.port = free_port()
        self.token = seed(config, broker_port)
        (config / "configuration.yaml").write_text(_CONFIGURATION.format(port=self.port))
        (config / "automations.yaml").write_text("[]")
        (config / "dashboard.yaml").write_text("views: []")
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    def start(self) -> float:
        """Start it; return the seconds until it had started all that it has."""
        began = time.monotonic()
        with (self.config / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [HERE / "enter", self.tree, self.config, *_HASS],
                stdout=log,
                stderr=log,
            )
        wait_for(self._is_up, START_S, "Home Assistant's start")
        return time.monotonic() - began

    def stop(self) -> None:
        """Stop it as its own button does."""
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            self.call("homeassistant", "stop")
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process = None

    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def states(self) -> dict[str, dict[str, Any]]:
        """All entities by id."""
        return {state["entity_id"]: state for state in self.get("states")}

    def state(self, entity: str) -> str | None:
        state = self.states().get(entity)
        return None if state is None else state["state"]

    def call(self, domain: str, service: str, **fields: object) -> Any:
        return self._ask("POST", f"services/{domain}/{service}", fields)

    def command(self, kind: str, **fields: object) -> Any:
        """The result of a command on the websocket."""
        with connect(f"ws://127.0.0.1:{self.port}/api/websocket", max_size=None) as socket:
            json.loads(socket.recv(10))
            socket.send(json.dumps({"type": "auth", "access_token": self.token}))
            assert json.loads(socket.recv(10))["type"] == "auth_ok"
            number = next(self._numbers)
            socket.send(json.dumps({"id": number, "type": kind, **fields}))
            answer = json.loads(socket.recv(30))
        assert answer["success"], answer
        return answer["result"]

    def log(self, level: str = "") -> list[str]:
        """The lines of its log, of a level ("WARNING")."""
        lines = (self.config / "console.log").read_text(errors="replace").splitlines()
        return [line for line in lines if level in line]

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "\n".join(self.log()[-20:])
        with contextlib.suppress(OSError):
            return self.get("config")["state"] == "RUNNING"
        return False

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code}: {error.read().decode()}") from error
