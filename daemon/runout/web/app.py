"""The page's service, put together."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from runout import __version__
from runout.web import compat, health, measures
from runout.web.access import routes as access
from runout.web.access.door import Door
from runout.web.access.guard import Guard
from runout.web.access.routes import Wrong
from runout.web.access.sessions import Sessions
from runout.web.live import routes as live
from runout.web.problem import problems, sentence
from runout.web.records import routes as records
from runout.web.records.finished import Finished
from runout.web.station import Station
from runout.web.uploads import routes as uploads

STATIC = Path(__file__).parent / "static"
REFERENCE = Path(__file__).parent / "reference"
_ABOUT = (
    "The listening station of a Runout box: what it hears, what it has heard, and grades for files "
    "that are handed in. Errors are JSON with a sentence in `detail`."
)

_log = logging.getLogger(__name__)


def make_app(station: Station) -> FastAPI:
    """Return the service; its parts start and stop with it."""
    app = FastAPI(
        title="Runout",
        description=_ABOUT,
        version=__version__,
        docs_url=None,  # FastAPI's own is fetched from elsewhere
        redoc_url=None,
        lifespan=_running,
        responses=problems(s422="The request isn't what it should be"),
        exception_handlers={
            RequestValidationError: _not_understood,
            sqlite3.Error: _no_records,
            500: _failed,
        },
    )
    sessions = Sessions(station.records.database, station.secrets.all)
    guard = Guard(station.settings, station.secrets, sessions)
    app.state.station = station
    app.state.sessions = sessions
    app.state.guard = guard
    app.state.wrong = Wrong()
    app.add_middleware(Door, guard=guard, upload_bytes=station.settings.upload_mb * 1_000_000)
    for area in (access, health, live, measures, records, uploads, compat):
        app.include_router(area.router)
    for path, file in (
        ("/", STATIC / "index.html"),
        ("/login", STATIC / "login.html"),
        ("/docs", REFERENCE / "index.html"),
    ):
        app.add_api_route(path, _sends(file), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.mount("/docs", StaticFiles(directory=REFERENCE))
    return app


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    station: Station = app.state.station
    hub, kept = station.live, station.records

    def tell(side_id: str) -> None:
        summary = kept.summary(side_id)
        if summary is not None:
            hub.tell("side", asdict(summary))

    finished = Finished(station.state / "finished", kept, tell)
    hub.start()
    try:
        if station.broker is not None:
            station.broker.start()
        await asyncio.to_thread(station.uploads.start)
        finished.start()
        yield
        await asyncio.to_thread(finished.stop)
        await asyncio.to_thread(station.uploads.stop)
        if station.broker is not None:
            await asyncio.to_thread(station.broker.stop)
    finally:
        hub.stop()
        kept.close()


def _sends(file: Path) -> Callable[[], FileResponse]:
    def send() -> FileResponse:
        return FileResponse(file, headers={"Cache-Control": "no-cache"})

    return send


async def _not_understood(request: Request, error: Any) -> JSONResponse:
    """The first thing that is wrong with a request, in a sentence."""
    return JSONResponse({"detail": sentence(request, error.errors()[0])}, status_code=422)


async def _no_records(_: Request, error: Any) -> JSONResponse:
    """SQLite's trouble: a full or broken disk, mostly."""
    _log.warning("records: %s", error)
    full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    words = "The disk is full." if full else f"The records can't be read or written: {error}."
    return JSONResponse({"detail": words}, status_code=507 if full else 503)


async def _failed(_: Request, __: Exception) -> JSONResponse:
    """Our own mistake, which the log tells of."""
    return JSONResponse({"detail": "That went wrong here; the log says how."}, status_code=500)
