"""What the doctor found at one place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "look", "wrong"]
"""`look`: it works, but not as it should, or nobody can tell; `wrong`: Runout can't work so"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    check: str
    verdict: Verdict
    words: str
    """What was found"""
    advice: str = ""
    """What to do about it; empty where nothing is to be done"""


Ask = Callable[[Sequence[str]], str | None]
"""Runs a command; returns what it printed, or None where it isn't there or says nothing"""
