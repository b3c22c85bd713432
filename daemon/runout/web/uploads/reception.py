"""Takes what is sent and writes it to the disk as it comes, within limits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from runout.web.uploads.form import FormFile
from runout.web.uploads.room import has_room

STALLED_S = 60.0
_CHUNK_BYTES = 1 << 20
"""Written at a time: a thread for each packet would cost more than the writing"""


async def receive(request: Request, path: Path, most_bytes: int) -> str | None:
    """Write the body of a request, or the file of a multipart form in it, to `path`.

    Returns the file's name where a form tells it. Raises HTTPException, and leaves no file, where
    it is longer than `most_bytes` (413), the disk is too full (507), it stalls (408), or nothing
    or no form comes (422).
    """
    try:
        return await _receive(request, path, most_bytes)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


async def _receive(request: Request, path: Path, most_bytes: int) -> str | None:
    announced = request.headers.get("content-length", "0")
    expected = int(announced) if announced.isdecimal() else 0
    # A form's own words come on top of its file.
    content_type = request.headers.get("content-type", "")
    form = FormFile(content_type) if content_type.startswith("multipart/") else None
    if form is None and expected > most_bytes:
        raise _too_large(most_bytes)
    if not has_room(path.parent, expected):
        raise _disk_full()
    length = 0
    body = _unstalled(request)
    pieces = body if form is None else form.pieces(body)
    try:
        with path.open("wb") as file:
            kept = bytearray()
            async with aclosing(pieces):  # type: ignore[type-var]
                async for piece in pieces:
                    length += len(piece)
                    if length > most_bytes:
                        raise _too_large(most_bytes)
                    kept += piece
                    if len(kept) >= _CHUNK_BYTES:
                        if not has_room(path.parent, len(kept)):
                            raise _disk_full()
                        await run_in_threadpool(file.write, bytes(kept))
                        kept.clear()
            await run_in_threadpool(file.write, bytes(kept))
    except OSError as error:
        raise HTTPException(507, f"the file can't be written: {error.strerror}") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "the sender hung up before the file was whole") from error
    if not length:
        raise HTTPException(422, "the file is empty (0 bytes)")
    return None if form is None else form.name


async def _unstalled(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; HTTPException where nothing comes for too long."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(STALLED_S):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise HTTPException(408, "the upload stalled; try again") from error
        yield chunk


def _too_large(most_bytes: int) -> HTTPException:
    return HTTPException(413, f"the file is larger than the {most_bytes / 1e6:g} MB that it may be")


def _disk_full() -> HTTPException:
    return HTTPException(507, "too little room is left on the disk to take the file")
