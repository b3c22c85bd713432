"""What is heard now: GET /api/live, its stream GET /api/events, and commands to the box."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, HTTPException, Query
from fastapi.responses import StreamingResponse

from runout.report.mqtt.commands import parse
from runout.report.payload import PayloadError
from runout.web.live.hub import MOST_VIEWERS, Hub
from runout.web.station import Station, station

COMMENT_S = 15.0
"""Seconds of silence after which a comment shows that the stream is on"""
RETRY_MS = 1000
"""After which a browser tries again that lost the stream"""

router = APIRouter(tags=["live"])

Found = Annotated[Station, Depends(station)]
Command = Literal["new_side", "calibrate", "sensitivity", "identify", "label"]


@router.get("/api/live")
async def live(found: Found) -> dict[str, Any]:
    """How things stand now: the ear, the side that plays and its last 300 defects."""
    return found.live.snapshot()


@router.get(
    "/api/events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "It goes on until you leave"},
        503: {"description": "Too many look on"},
    },
)
async def events(
    found: Found,
    sound: Annotated[bool, Query(description="Whether pictures of the sound are wanted")] = True,
) -> StreamingResponse:
    """What is heard, as it is heard: server-sent events, `hello` with all of `/api/live` first."""
    if found.live.full:
        raise HTTPException(503, f"{MOST_VIEWERS} look on already; close one of them")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(found.live, sound)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.post(
    "/api/commands/{name}",
    responses={
        409: {"description": "No broker is configured"},
        422: {"description": "It makes no sense"},
        504: {"description": "The box doesn't answer"},
    },
)
async def command(
    name: Command, found: Found, fields: Annotated[dict[str, Any] | None, Body()] = None
) -> dict[str, Any]:
    """Tell the box something, as by MQTT; the answer is its own, with `ok` and `error`."""
    if found.broker is None:
        raise HTTPException(409, "no broker is configured; the box is told things by MQTT alone")
    told = fields or {}
    try:
        parse(name, json.dumps(told).encode())
    except PayloadError as error:
        raise HTTPException(422, str(error)) from error
    try:
        return await found.broker.send(name, told)
    except TimeoutError as error:
        standing = found.broker.standing()
        who = "the box" if standing["state"] == "connected" else "the broker"
        raise HTTPException(504, f"{who} doesn't answer") from error


async def _stream(hub: Hub, sound: bool) -> AsyncIterator[bytes]:
    with hub.subscribe(sound) as viewer:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while True:
            try:
                word = await asyncio.wait_for(viewer.next(), COMMENT_S)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if word is None:
                return
            # JSON of ASCII has no line breaks, which would end the data.
            yield f"event: {word.kind}\ndata: {word.data}\n\n".encode()
