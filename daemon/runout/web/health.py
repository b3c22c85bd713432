"""How the box is, for the page and for whoever watches over it."""

import shutil
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from runout import __version__
from runout.web.records.routes import CLIP_SUFFIX, CLIPS
from runout.web.station import Station, station

router = APIRouter(tags=["health"])

_NO_BROKER: dict[str, Any] = {"state": "none", "host": None}


@dataclass(frozen=True, slots=True)
class HealthTold:
    """How ear, broker, disk and worker are."""

    version: str
    ear: dict[str, Any]
    """`state`: hears, waits or away; `reason` in words; `since` when"""
    broker: dict[str, Any]
    """`state`: connected, away or none; `host`"""
    health: dict[str, Any] | None
    """As over MQTT (docs/schemas/health.json)"""
    disk_free_mb: int
    uploads: dict[str, int]
    """How many are `waiting` and `working`"""
    clips: int
    """Defects that can be played"""


@router.get("/api/health")
def health(here: Annotated[Station, Depends(station)]) -> HealthTold:
    """Tell how the box is."""
    return HealthTold(
        version=__version__,
        ear=here.live.ear(),
        broker=_NO_BROKER if here.broker is None else here.broker.standing(),
        health=here.live.health(),
        disk_free_mb=shutil.disk_usage(here.state).free // 1_000_000,
        uploads=here.uploads.tally(),
        clips=sum(1 for _ in (here.runtime / CLIPS).glob(f"*{CLIP_SUFFIX}")),
    )
