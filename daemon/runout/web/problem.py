"""What an answer says when it isn't the one that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
