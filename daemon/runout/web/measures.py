"""What measurements are called for people, as a report calls them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from fastapi import APIRouter

router = APIRouter(tags=["records"])


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement as it is shown."""

    called: str
    plain: str
    """What it is, in plain words"""
    unit: str
    group: str


@router.get("/api/measures")
def measures() -> dict[str, Measure]:
    """Tell what each measurement is called, in the order in which they are shown."""
    return _measures()


@cache
def _measures() -> dict[str, Measure]:
    units = _table("runout.grading")
    return {
        name: Measure(called, plain, units.get(name, ""), group)
        for group, rows in _table("runout.report.page").items()
        for name, (called, plain) in rows.items()
    }


def _table(package: str) -> dict[str, Any]:
    return tomllib.loads((resources.files(package) / "measures.toml").read_text("utf-8"))
