"""The API of files that are handed in, and of what is kept of them."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, StreamingResponse

from runout.errors import RunoutError
from runout.web.problem import problems
from runout.web.station import Station, station
from runout.web.uploads.job import Job, Source, Task, is_id
from runout.web.uploads.quick import BusyError
from runout.web.uploads.reception import receive
from runout.web.uploads.sounds import MEDIA_TYPES, Kept
from runout.web.uploads.uploads import ANSWER, Uploads

router = APIRouter(tags=["uploads"])

AtStation = Annotated[Station, Depends(station)]

CHECK_S = 60.0
"""Longest sound that is checked at once"""
_CHECK_BYTES = 60_000_000
"""So long in stereo at 96 kHz in 32 bits, and some"""
_LOOK_S = 0.05
"""Between two looks at how a job goes"""
_PIECE_BYTES = 1 << 16
_PRIVATE = {"Cache-Control": "private, no-cache"}
# The page brings hashes of its own script and styles, which hold beside this. It is shown in an
# origin of its own, so that nothing in it could ever use who is logged in.
_REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; img-src data:; media-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

_RAW = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_FORM = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    }
}
RAW_BODY: dict[str, Any] = {"requestBody": {"required": True, **_RAW}}
FORM_BODY: dict[str, Any] = {"requestBody": {"required": True, **_FORM}}
EITHER_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {**_RAW["content"], **_FORM["content"]}}
}

RECEIVING = problems(
    s400="The sender hung up",
    s408="The upload stalled",
    s413="The file is too large",
    s422="The file can't be listened to, or the request isn't what it should be",
    s503="Too many at once: try again later",
    s507="Too little room is left on the disk",
)
_NO_UPLOAD = problems(s404="There is no such upload")
_NO_REPORT = problems(
    s404="There is no such side",
    s422="It can't be drawn",
    s503="Too many at once: try again later",
)
_NOT_KEPT = problems(s404="The sound of this side isn't kept")


@router.post(
    "/api/uploads", status_code=202, responses=RECEIVING, openapi_extra=RAW_BODY, summary="Hand in"
)
async def hand_in(
    request: Request,
    at: AtStation,
    name: Annotated[str, Query(max_length=1000)] = "",
    source: Source = "upload",
) -> Job:
    """Hand in a sound file, as the raw body, to be graded and put among the records.

    It waits for its turn; how it goes is told by /api/events and /api/uploads.
    """
    return await take(request, at.uploads, name, source, "upload")


@router.get("/api/uploads", summary="Files that were handed in")
def handed_in(at: AtStation) -> list[Job]:
    """The files that were handed in, the oldest first; the last hundred of those that are over."""
    return at.uploads.jobs()


@router.get("/api/uploads/{job_id}", responses=_NO_UPLOAD, summary="How a file goes")
def how_it_goes(job_id: str, at: AtStation) -> Job:
    """One file that was handed in."""
    job = at.uploads.job(job_id)
    if job is None or job.task != "upload":
        raise HTTPException(404, "there is no such upload")
    return job


@router.delete(
    "/api/uploads/{job_id}", status_code=204, responses=_NO_UPLOAD, summary="Cancel a file"
)
def cancel(job_id: str, at: AtStation) -> Response:
    """Cancel a file that waits or is worked on; take one that is over off the list."""
    how_it_goes(job_id, at)
    at.uploads.cancel(job_id)
    return Response(status_code=204)


@router.post("/api/grade", responses=RECEIVING, openapi_extra=EITHER_BODY, summary="Grade a file")
async def grade(
    request: Request, at: AtStation, name: Annotated[str, Query(max_length=1000)] = ""
) -> Response:
    """Grade a sound file: what `runout grade --json` prints. Nothing is kept of it.

    The file is the raw body, or `file` of a form.
    """
    return await answered(request, at.uploads, name, "grade")


@router.post(
    "/api/check", responses=RECEIVING, openapi_extra=RAW_BODY, summary="Check a short sound"
)
async def check(request: Request, at: AtStation) -> Response:
    """Grade up to a minute of sound at once, before all that waits. Nothing is kept of it."""
    uploads = at.uploads
    with _arriving(uploads) as folder:
        sound = folder / "sound"
        await receive(request, sound, _CHECK_BYTES)
        errand = uploads.errand("grade", sound, folder, "check", CHECK_S)
        await run_in_threadpool(_ask, uploads, errand, "the sound")
        content = await run_in_threadpool((folder / ANSWER).read_bytes)
    return Response(content, media_type="application/json", headers=_PRIVATE)


@router.get("/api/sides/{side_id}/sound", responses=_NOT_KEPT, summary="Hear a side")
def sound(side_id: str, at: AtStation) -> FileResponse:
    """The sound of a side, as a browser plays it; parts of it by Range."""
    path = at.uploads.sounds.sound(side_id)
    if path is None:
        raise HTTPException(404, "the sound of this side isn't kept")
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=_PRIVATE)


@router.get("/api/sides/{side_id}/peaks", responses=_NOT_KEPT, summary="A side's waveform")
def peaks(side_id: str, at: AtStation) -> FileResponse:
    """Lowest and highest sample in turn, hop by hop, of left and right; full scale is 127."""
    return _drawn(at, side_id, "peaks.json", "application/json")


@router.get(
    "/api/sides/{side_id}/spectrogram.png", responses=_NOT_KEPT, summary="A side's spectrogram"
)
def spectrogram(side_id: str, at: AtStation) -> FileResponse:
    """Time from left to right; rows evenly over the octaves from 50 Hz, at the foot, to 20 kHz."""
    return _drawn(at, side_id, "spectrogram.png", "image/png")


@router.get("/api/sides/{side_id}/report", responses=_NO_REPORT, summary="A report")
def report(side_id: str, at: AtStation) -> Response:
    """The report of a side, a page of one file; with its sound where that is kept."""
    kept = at.uploads.sounds.file(side_id, "report.html")
    headers = {**_PRIVATE, "Content-Security-Policy": _REPORT_POLICY}
    if kept is not None:
        return FileResponse(kept, media_type="text/html; charset=utf-8", headers=headers)
    # Not the whole side at once: one of 40,000 events has 8 MB.
    side = at.records.contract(side_id) if is_id(side_id) else None
    if side is None:
        raise HTTPException(404, "there is no such side")
    with _arriving(at.uploads) as folder:
        path = folder / "side.json"
        with path.open("wb") as file:
            file.writelines(side)
        errand: dict[str, object] = {"task": "report", "side": str(path), "folder": str(folder)}
        _ask(at.uploads, errand, "the report")
        content = (folder / "report.html").read_bytes()
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


async def take(request: Request, uploads: Uploads, name: str, source: Source, task: Task) -> Job:
    """Receive the file of a request and put it in the line."""
    if uploads.full:
        raise HTTPException(503, "too many files wait already; try again when some are done")
    with _arriving(uploads) as folder:
        path = folder / "sound"
        named = await receive(request, path, uploads.most_bytes)
        try:
            return await run_in_threadpool(uploads.submit, path, name or named or "", source, task)
        except RunoutError as error:
            raise HTTPException(503, str(error)) from error
        except OSError as error:
            raise HTTPException(507, f"the file can't be kept: {error.strerror}") from error


async def answered(request: Request, uploads: Uploads, name: str, task: Task) -> Response:
    """Receive the file of a request and wait for the JSON that comes of it."""
    job: Job | None = await take(request, uploads, name, "upload", task)
    assert job is not None
    job_id = job.id
    try:
        while (job := uploads.job(job_id)) is not None and not job.over:
            if await request.is_disconnected():
                raise HTTPException(400, "the sender hung up")
            await asyncio.sleep(_LOOK_S)
        if job is None or job.state == "cancelled":
            raise HTTPException(503, "the file was cancelled")
        if job.error is not None:
            raise HTTPException(422, job.error)
        # Open, it outlives its folder; of a long shellac it is too large to be held.
        content = uploads.answer(job_id).open("rb")
    finally:
        await run_in_threadpool(uploads.cancel, job_id)
    return StreamingResponse(_read(content), media_type="application/json", headers=_PRIVATE)


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


@contextmanager
def _arriving(uploads: Uploads) -> Iterator[Path]:
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(uploads.arriving())
        except RunoutError as error:
            raise HTTPException(503, str(error)) from error
        yield folder


def _ask(uploads: Uploads, errand: dict[str, object], what: str) -> None:
    try:
        uploads.quick.ask(errand)
    except BusyError as error:
        raise HTTPException(503, str(error)) from error
    except RunoutError as error:
        raise HTTPException(422, f"{what} {error}") from error


def _drawn(at: Station, side_id: str, name: Kept, media_type: str) -> FileResponse:
    path = at.uploads.sounds.file(side_id, name)
    if path is None:
        raise HTTPException(404, "the sound of this side isn't kept")
    return FileResponse(path, media_type=media_type, headers=_PRIVATE)
