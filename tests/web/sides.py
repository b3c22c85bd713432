"""Sides as the ear and the worker write them, and a station to keep them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from runout.config import MqttSettings, Settings, WebSettings
from runout.web.app import make_app
from runout.web.station import Station, make_station


def side_json(side_id: str = "s1", **changes: Any) -> bytes:
    """A whole side; `changes` are put on it, `None` takes a field away."""
    told: dict[str, Any] = {
        "side_id": side_id,
        "started_at": "2025-03-01T20:15:00.000Z",
        "duration_s": 1190.2,
        "heard_s": 1180.0,
        "sample_rate": 48000,
        "rpm": 33.33,
        "grade": {
            "scale": "goldmine",
            "label": "VG+",
            "index": 1.2,
            "confidence": 0.71,
            "reason": "VG+: crackle in the lead-in",
            "limited_by": "crackle in the lead-in",
            "evidence": [],
        },
        "counts": {"click": 12, "pop": 1, "skip": 0},
        "measurements": {"audible_clicks_per_min": 1.0, "noise_468_db": -45.0, "skips": 0.0},
        "events": [{"id": f"{side_id}-1", "time_s": 1.5, "kind": "click"}],
        "model": {"name": "wear", "version": "1.0", "sha256": "ab"},
        "parts": [{"part": "track", "start_s": 10.0, "end_s": 1180.0, "track": 1}],
        **changes,
    }
    return json.dumps({key: value for key, value in told.items() if value is not None}).encode()


def graded(label: str | None, index: float | None = None) -> dict[str, Any]:
    """A grade, for `side_json`."""
    words = {"reason": f"{label}: so it is", "limited_by": "so it is", "confidence": 0.5}
    return {"scale": "goldmine", "label": label, "index": index, **words}


def with_secret(folder: Path, **secrets: str) -> WebSettings:
    """Settings with a `password` or `token` in a file."""
    files = {}
    for name, text in secrets.items():
        (folder / name).write_text(f"{text}\n")
        files[f"{name}_file"] = str(folder / name)
    return WebSettings(**files)


def station_in(folder: Path, web: WebSettings | None = None, mqtt: str = "") -> Station:
    """A station that keeps what it has in a folder; `mqtt` is its broker's HOST:PORT, if any."""
    host, _, port = mqtt.partition(":")
    broker = MqttSettings(host, int(port)) if mqtt else MqttSettings()
    settings = Settings(web=web or WebSettings(), mqtt=broker)
    return make_station(settings, folder / "state", folder / "run")


@contextmanager
def visiting(station: Station, address: str = "127.0.0.1", **options: Any) -> Iterator[TestClient]:
    """A browser at `address`, as long as the station runs."""
    app = make_app(station)
    options.setdefault("base_url", "http://localhost:8377")
    with TestClient(app, client=(address, 50000), follow_redirects=False, **options) as client:
        yield client
