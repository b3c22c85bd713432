"""The service as a whole: what it says of itself holds, whatever it is asked."""

import asyncio
import json
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
import uvicorn
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from runout.web.app import REFERENCE, make_app
from web.sides import side_json, station_in, visiting

# Those that start a process for each request, which the tests of uploads try, and the endless one.
PASSED_OVER = (
    r"(/api/grade|/api/check|/api/uploads|/analyze/.*|/api/sides/\{side_id\}/report|/api/events)$"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    station = station_in(tmp_path_factory.mktemp("station"))
    for number in range(3):
        label = {"artist": "Can", "title": "Future Days", "side": "A"}
        station.records.add(side_json(f"s{number}", label=label), "ear", None)
    server = uvicorn.Server(uvicorn.Config(make_app(station), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 30.0
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < until
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def test_every_answer_is_as_the_api_says(address: str) -> None:
    api = schemathesis.openapi.from_url(f"{address}/openapi.json")
    tried = []
    for found in api.get_all_operations():
        operation = found.ok()
        if re.match(PASSED_OVER, operation.path):
            continue

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answered(case: schemathesis.Case) -> None:
            # What the schema has no words for may be refused: a cursor that we never gave.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        answered()
        tried.append(operation.label)
    assert "PATCH /api/sides/{side_id}" in tried
    assert "GET /api/records/{record}" in tried
    assert len(tried) > 15


def test_the_page_needs_no_numpy() -> None:
    look = "import sys, runout.web.app; print([n for n in sys.modules if n in ('numpy', 'scipy')])"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_reference_tells_of_every_route_and_fetches_nothing_from_elsewhere(
    tmp_path: Path,
) -> None:
    with visiting(station_in(tmp_path)) as page:
        assert "API" in page.get("/docs").text
        for name in ("reference.js", "reference.css"):
            assert page.get(f"/docs/{name}").status_code == 200
        told = page.get("/openapi.json").json()
    for file in REFERENCE.iterdir():
        assert not re.search(r"(src|href|url|import|fetch)\W+(https?:)?//", file.read_text()), file
    for path in ("/api/sides", "/api/grade", "/api/events", "/api/health", "/analyze/cnn"):
        assert path in told["paths"]


def test_every_error_of_the_api_is_a_sentence(tmp_path: Path) -> None:
    with visiting(station_in(tmp_path)) as page:
        for method, path in (
            ("GET", "/api/nothing"),
            ("PUT", "/api/sides"),
            ("GET", "/api/sides?limit=none"),
            ("GET", "/api/sides/nobody"),
            ("PATCH", "/api/sides/nobody"),
        ):
            answer = page.request(method, path)
            assert answer.status_code >= 400
            assert isinstance(answer.json()["detail"], str), path


def test_a_disk_that_is_full_is_said(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    station.records.add(side_json("s1"), "ear", None)
    with visiting(station) as page:
        with station.records.database.write() as db:
            (pages,) = db.execute("PRAGMA page_count").fetchone()
            db.execute(f"PRAGMA max_page_count = {pages}")
        answers = [
            page.patch("/api/sides/s1", json={"note": secrets.token_hex(100)}) for _ in range(100)
        ]
        full = [answer for answer in answers if answer.status_code == 507]
        assert full
        assert full[0].json() == {"detail": "The disk is full."}
        assert page.get("/api/sides").status_code == 200


def test_a_mistake_of_ours_tells_nothing_of_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = station_in(tmp_path)

    def mistaken(*_: object) -> None:
        raise KeyError("a secret path")

    monkeypatch.setattr(station.records, "page", mistaken)
    app = make_app(station)
    with TestClient(app, raise_server_exceptions=False, base_url="http://localhost") as page:
        answer = page.get("/api/sides")
    assert answer.status_code == 500
    assert json.loads(answer.text) == {"detail": "That went wrong here; the log says how."}


def test_a_body_that_stalls_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runout.web.access.body.STALLED_S", 0.05)
    app = make_app(station_in(tmp_path))
    sent: list[dict[str, object]] = []

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async def take(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "PATCH", "path": "/api/sides/s1", "raw_path": b"/api/sides/s1",
        "query_string": b"", "scheme": "http", "client": ("127.0.0.1", 1), "root_path": "",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "server": ("localhost", 80), "http_version": "1.1",
    }  # fmt: skip
    asyncio.run(app(scope, never, take))  # type: ignore[arg-type]
    assert sent[0]["status"] == 408
