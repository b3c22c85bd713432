"""What an automation may start on: one plain word on `trigger` at the moment it is heard.

Nothing else will do for that: `state` and `side` are retained, and Home Assistant would start on
them again with every restart; `event` is told late where the broker was away.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from runout.side.side import DefectHeard, Heard, LiveState, SideEnded, SideStarted
from runout.side.tracks import PartName

Trigger = Literal["needle_down", "scratch", "skip", "locked_groove", "run_out", "side_finished"]
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
IN_WORDS: Mapping[Trigger, str] = {
    "needle_down": "needle down",
    "scratch": "scratch found",
    "skip": "skip",
    "locked_groove": "locked groove",
    "run_out": "needle in the run-out",
    "side_finished": "side finished",
}
"""In words, as a person picks them"""

SKIPPING_S = 10.0
"""For so long after a skip the record is said to be skipping"""


class Triggers:
    """Follows what is heard."""

    def __init__(self) -> None:
        self._part: PartName = "needle_up"
        self._stuck = False
        self._skipping_until_s = float("-inf")

    def heard(self, heard: Heard, now_s: float) -> Trigger | None:
        """Return the word, if any, for what was heard at `now_s`: seconds of any clock."""
        match heard:
            case SideStarted():
                self._stuck = False
                return "needle_down" if heard.landed else None
            case SideEnded():
                self._stuck = False
                self._skipping_until_s = float("-inf")
                return "side_finished"
            case DefectHeard():
                return self._defect(heard, now_s)

    def state(self, state: LiveState) -> Trigger | None:
        """Return the word for where the needle has come to, once."""
        before, self._part = self._part, state.part
        inward = ("run_out", "locked_run_out")
        return "run_out" if state.part in inward and before not in inward else None

    def skipping(self, now_s: float) -> bool:
        """Whether the needle is stuck, or skipped a moment ago."""
        return self._stuck or now_s < self._skipping_until_s

    def _defect(self, heard: DefectHeard, now_s: float) -> Trigger | None:
        match heard.event.kind, heard.phase:
            case "skip", _:
                self._skipping_until_s = now_s + SKIPPING_S
                return "skip"
            case "locked_groove", "begin":
                self._stuck = True
                return "locked_groove"
            case "locked_groove", _:
                self._stuck = False
            case "scratch", "begin":
                return "scratch"
        return None
