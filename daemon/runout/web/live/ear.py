"""How things stand with the ear, as the page sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from runout.report.instant import iso_utc
from runout.report.payload import Json

AWAY_S = 3.0
"""Seconds without a word after which the ear is taken for away; it says something every second"""


@dataclass(frozen=True, slots=True)
class Ear:
    """The ear, since when it is so."""

    state: Literal["hears", "waits", "away"]
    """`hears`: sound arrives; `waits`: for a preamp, say; `away`: it isn't running, or hangs"""
    reason: str | None
    """In words, where it doesn't hear"""
    since: datetime

    def fields(self) -> dict[str, Json]:
        """Return what the page is told of it."""
        return {"state": self.state, "reason": self.reason, "since": iso_utc(self.since)}
