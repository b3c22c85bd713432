"""What an answer says when it isn't the one that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

_NO_OBJECT = ("model_attributes_type", "model_type", "dict_type", "missing")
"""What pydantic calls a whole body that isn't a JSON object, or isn't there"""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error."""

    detail: str
    """One clear sentence"""


def problems(**statuses: str) -> dict[int | str, dict[str, Any]]:
    """Document a route's errors: what `s404` and the like mean."""
    told: Mapping[str, str] = statuses
    return {
        int(status[1:]): {"model": Problem, "description": words} for status, words in told.items()
    }


def sentence(request: Request, wrong: Mapping[str, Any]) -> str:
    """Say what is wrong with a request; `wrong` is one of pydantic's errors."""
    place, kind = wrong["loc"], wrong["type"]
    if kind == "json_invalid":
        return f"not JSON: {wrong['ctx']['error']}, at character {place[-1] + 1}"
    if place == ("body",) and kind in _NO_OBJECT:
        if not _is_json(request):
            return "send JSON, with Content-Type: application/json"
        return "send a JSON object: names and values in {}"
    where = ".".join(str(part) for part in place[1:])
    if kind == "extra_forbidden" and len(place) == 2:
        return f"{where}: isn't known here; what may be given: {', '.join(_allowed(request))}"
    return f"{where}: {wrong['msg']}" if where else str(wrong["msg"])


def _is_json(request: Request) -> bool:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media == "application/json" or (
        media.startswith("application/") and media.endswith("+json")
    )


def _allowed(request: Request) -> list[str]:
    """The names that the body of a route, a model, may have."""
    return list(request.scope["route"].body_field.field_info.annotation.model_fields)
