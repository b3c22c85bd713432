"""What the page's service is made of, as each route finds it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from fastapi import Request

from runout.config import Settings, WebSettings
from runout.web.access.secrets import Secrets, read_secrets
from runout.web.live.broker import Broker
from runout.web.live.hub import Hub
from runout.web.records.records import Records
from runout.web.records.side import Summary
from runout.web.uploads.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Station:
    """The parts of the service."""

    settings: WebSettings
    state: Path
    """Folder of what must outlive the box's being switched off"""
    runtime: Path
    """Folder in memory that the ear shares"""
    secrets: Secrets
    records: Records
    live: Hub
    uploads: Uploads
    broker: Broker | None
    """None where none is configured"""


def make_station(
    settings: Settings, state: Path, runtime: Path, config: Path | None = None
) -> Station:
    """Put the parts together, of which none runs yet; `config` is the settings' file.

    Raises RunoutError where the password or token can't be read, OSError where a folder can't be
    made.
    """
    state.mkdir(parents=True, exist_ok=True)
    runtime.mkdir(parents=True, exist_ok=True)
    secrets = read_secrets(settings.web)
    records = Records(state / "records.db")
    live = Hub(runtime, lambda: _fields(records.last_heard))
    uploads = Uploads(settings.web, state, records, live.tell, config)
    broker = Broker(settings.mqtt) if settings.mqtt.host else None
    return Station(settings.web, state, runtime, secrets, records, live, uploads, broker)


def _fields(summary: Summary | None) -> dict[str, Any] | None:
    return None if summary is None else asdict(summary)


def station(request: Request) -> Station:
    """The station, for `Depends`."""
    return cast(Station, request.app.state.station)
