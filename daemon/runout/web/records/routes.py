"""The records over HTTP."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from runout.web.live.broker import Broker
from runout.web.problem import problems
from runout.web.records.export import csv_of, json_of
from runout.web.records.history import Difference, compared, history
from runout.web.records.label import EAR_FIELDS, LONGEST, Sleeve
from runout.web.records.records import Records
from runout.web.records.search import MOST_SIDES, CursorError, GradeWanted, Sort, Wanted
from runout.web.records.selling import Listing, listing_of
from runout.web.records.side import GradeTold, Source, Summary
from runout.web.records.told import SIDE_ID
from runout.web.station import Station, station

CLIPS = "clips"
"""Folder, in the runtime folder, that the ear keeps clips in"""
CLIP_SUFFIX = ".flac"
_EVENT_ID = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}"

_log = logging.getLogger(__name__)
router = APIRouter(tags=["records"])

Here = Annotated[Station, Depends(station)]
SideId = Annotated[str, InPath(pattern=f"^{SIDE_ID}$", description="Names a side")]
_NO_SIDE = problems(s404="There is no such side")


@dataclass(frozen=True, slots=True)
class SidesTold:
    """A page of sides."""

    sides: list[Summary]
    total: int
    """How many are wanted in all"""
    cursor: str | None
    """What to ask for the next page with; null at the end"""


@dataclass(frozen=True, slots=True)
class PlayTold:
    """A play of a record."""

    summary: Summary
    measures: dict[str, float | None]
    """Those that plays are compared by; null: not taken"""


@dataclass(frozen=True, slots=True)
class RecordTold:
    """A record's side over its plays."""

    record: str
    artist: str
    title: str
    side: str
    plays: list[PlayTold]
    """Oldest first"""
    change: str
    """What has changed, in words with figures"""
    compare: tuple[str, str] | None
    """The first and the last play that can be compared"""
    differences: list[Difference]
    """Between these"""


Text = Annotated[str | None, Field(max_length=LONGEST)]


class Changes(BaseModel):
    """What to write on a side: what isn't given stays, an empty text takes it away."""

    model_config = ConfigDict(extra="forbid")
    artist: Text = None
    title: Text = None
    side: Text = None
    catalogue: Text = None
    note: Text = None
    price: Text = None
    sleeve: Sleeve | None = None


def _wanted(
    search: Annotated[str, Query(max_length=LONGEST, description="Words")] = "",
    source: Source | None = None,
    grade: Annotated[GradeWanted | None, Query(description="none: withheld")] = None,
    record: Annotated[str | None, Query(max_length=64)] = None,
    sort: Sort = "newest",
) -> Wanted:
    return Wanted(search, source, grade, record, sort)


Asked = Annotated[Wanted, Depends(_wanted)]


@router.get("/api/sides")
def sides(
    here: Here,
    wanted: Asked,
    limit: Annotated[int, Query(ge=1, le=MOST_SIDES)] = 50,
    cursor: Annotated[str | None, Query(max_length=4096)] = None,
) -> SidesTold:
    """List the sides that were heard."""
    try:
        page = here.records.page(wanted, limit, cursor)
    except CursorError as error:
        raise HTTPException(422, "cursor: take the one that the page before ended with") from error
    listed = [_with_sound(here, side) for side in page.sides]
    return SidesTold(listed, page.total, page.cursor)


@router.get(
    "/api/sides.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def sides_csv(here: Here, wanted: Asked) -> StreamingResponse:
    """Hand out all sides that are wanted, for a spreadsheet."""
    told = csv_of(_all(here, wanted))
    return StreamingResponse(told, media_type="text/csv", headers=_saved("sides.csv"))


@router.get(
    "/api/sides.json",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def sides_json(here: Here, wanted: Asked) -> StreamingResponse:
    """Hand out all sides that are wanted, as JSON: {"sides": [...]}, a side a line."""
    told = json_of(_all(here, wanted))
    return StreamingResponse(told, media_type="application/json", headers=_saved("sides.json"))


@router.get(
    "/api/sides/{side_id}",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **_NO_SIDE,
    },
)
def side(here: Here, side_id: SideId) -> StreamingResponse:
    """Tell all of a side: the grading contract, what is written on it, which clips there are."""
    parts = here.records.contract(side_id)
    if parts is None:
        raise _no_side()
    ours = {
        "has_sound": here.uploads.has_sound(side_id),
        "clips": [path.name.removesuffix(CLIP_SUFFIX) for path in _clips_of(here.runtime, side_id)],
    }
    first = json.dumps(ours).encode()[:-1] + b", " + next(parts)[1:]
    return StreamingResponse(chain([first], parts), media_type="application/json")


@router.patch("/api/sides/{side_id}", responses=_NO_SIDE)
async def write_on(here: Here, side_id: SideId, changes: Changes) -> Summary:
    """Write on a side, on the one that plays too, or that has just ended and isn't here yet."""
    written = changes.model_dump(exclude_none=True)
    plays = here.live.side_id == side_id
    comes = plays or here.live.snapshot()["side_id"] == side_id
    summary = await asyncio.to_thread(_written, here.records, side_id, written, comes)
    if summary is None:
        raise _no_side()
    for_ear = {key: text for key, text in written.items() if key in EAR_FIELDS}
    if (plays or summary.duration_s is None) and for_ear and here.broker is not None:
        await _tell_ear(here.broker, for_ear)
    summary = _with_sound(here, summary)
    here.live.tell("side", asdict(summary))
    return summary


@router.delete("/api/sides/{side_id}", status_code=204, responses=_NO_SIDE)
def delete(here: Here, side_id: SideId) -> None:
    """Forget a side, its sound, report and clips."""
    if not here.records.delete(side_id):
        raise _no_side()
    here.uploads.forget(side_id)
    here.live.tell("deleted", {"side_id": side_id})
    for path in _clips_of(here.runtime, side_id):
        path.unlink(missing_ok=True)


@router.get("/api/sides/{side_id}/listing", responses=_NO_SIDE)
def listing(here: Here, side_id: SideId) -> Listing:
    """Write the text for a shop's listing."""
    offer = here.records.offer(side_id)
    if offer is None:
        raise _no_side()
    return listing_of(offer)


@router.get("/api/records/{record}", responses=problems(s404="No side is labelled so"))
def record(
    here: Here, record: Annotated[str, InPath(pattern="^[0-9a-f]{16}$", description="A record")]
) -> RecordTold:
    """Tell how a record's side has done over its plays."""
    plays = here.records.plays(record)
    if not plays:
        raise HTTPException(404, "There is no such record.")
    found, label = history(plays), plays[-1].summary.label
    return RecordTold(
        record=record,
        artist=label.artist,
        title=label.title,
        side=label.side,
        plays=[PlayTold(_with_sound(here, play.summary), compared(play)) for play in plays],
        change=found.change,
        compare=found.compare,
        differences=list(found.differences),
    )


@router.get(
    "/api/clips/{event_id}",
    response_class=FileResponse,
    responses={
        200: {"content": {"audio/flac": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(s404="There is no clip of it, or no more"),
    },
)
def clip(
    here: Here, event_id: Annotated[str, InPath(pattern=f"^{_EVENT_ID}$", description="A defect")]
) -> FileResponse:
    """Play what a defect sounded like; only the newest are kept."""
    path = here.runtime / CLIPS / f"{event_id}{CLIP_SUFFIX}"
    if not path.is_file():
        raise HTTPException(404, "There is no sound of this defect, or no more.")
    return FileResponse(path, media_type="audio/flac")


def _written(
    records: Records, side_id: str, changes: dict[str, Any], comes: bool
) -> Summary | None:
    summary = records.write_on(side_id, changes)
    if summary is not None or not comes:
        return summary
    label = records.write_ahead(side_id, changes)
    if label is None:  # it came between the two
        return records.write_on(side_id, changes)
    grade = GradeTold(None, None, "", "it plays", None)
    return Summary(side_id, None, "", "ear", None, None, None, grade, {}, label, False)


async def _tell_ear(broker: Broker, label: dict[str, str]) -> None:
    """What is written is kept here either way; the ear passes it on to the house."""
    try:
        await broker.send("label", label)
    except TimeoutError:
        _log.info("the ear doesn't answer: what was written on the side is only kept here")


def _all(here: Station, wanted: Wanted) -> Iterator[Summary]:
    return (_with_sound(here, side) for side in here.records.each(wanted))


def _with_sound(here: Station, summary: Summary) -> Summary:
    return replace(summary, has_sound=here.uploads.has_sound(summary.side_id))


def _clips_of(runtime: Path, side_id: str) -> list[Path]:
    # An event of the ear's is named after its side, and a number.
    return sorted((runtime / CLIPS).glob(f"{side_id}-*{CLIP_SUFFIX}"))


def _saved(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _no_side() -> HTTPException:
    return HTTPException(404, "There is no such side.")
