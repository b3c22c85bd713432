"""Which part of the side it is, told while it plays: with the delay that certainty takes.

    needle_up -> needle_drop -> lead_in -> track <-> gap -> run_out -> locked_run_out
    from any of them to lifted or stopped, and back by needle_drop

`tracks.py` tells it again at the side's end, knowing the whole of it.
"""

import math

from runout.side.envelope import DOWN, STOPPED
from runout.side.groove import QUIET_DB
from runout.side.tracks import DROP_S, GAP_DB_S, RUN_OUT_S, SHORTEST_S, PartName

_MUSIC_S = 0.5
"""Of music make a track"""
_RANGE_DB = 20.0
"""Music has stood so far over what is now taken for the groove's noise"""


class Follower:
    """Fed what the needle says of one side, step by step."""

    def __init__(self, part: PartName = "needle_up") -> None:
        """`part` is where the needle is; `lead_in` where it didn't land but is in a groove."""
        self.part: PartName = part
        self.track: int | None = None
        """Number of the track that plays; None between tracks"""
        self._number = 0
        self._part_s = 0.0
        self._track_s = -math.inf
        self._loud_s = 0.0
        self._depth = 0.0
        self._loudest_db = 0.0
        self._stopped = False

    def step(
        self,
        where: int,
        over_noise_db: float,
        playing: bool,
        closed: bool,
        start_s: float,
        end_s: float,
    ) -> None:
        """Take the step from `start_s` to `end_s` of a side.

        over_noise_db: over the groove's noise, infinity while that isn't known. closed: whether
        the groove is known to be the run-out that closes on itself.
        """
        if where != DOWN:
            self._stopped = where == STOPPED
            self._enter("stopped" if self._stopped else "lifted", start_s)
            return
        if self.part in ("needle_up", "lifted", "stopped"):
            self._enter("needle_drop", start_s)
            self._loud_s = self._depth = 0.0
        self._hear(over_noise_db, end_s - start_s)
        if self.part == "needle_drop" and end_s - self._part_s < DROP_S:
            return
        if playing and (self._loud_s >= _MUSIC_S or self._number == 0):
            self._music(end_s - min(self._loud_s, _MUSIC_S))
        elif self._depth >= GAP_DB_S and self._loud_s == 0.0:
            self._silence(closed, end_s)
        elif self.part == "needle_drop":
            self._enter("lead_in" if self._number == 0 else "gap", end_s)

    def _hear(self, over_noise_db: float, step_s: float) -> None:
        if over_noise_db < QUIET_DB:
            self._depth += (QUIET_DB - over_noise_db) * step_s
            self._loud_s = 0.0
            return
        self._loud_s += step_s
        if self._loud_s >= _MUSIC_S:
            self._depth = 0.0
        if math.isfinite(over_noise_db):
            self._loudest_db = max(self._loudest_db, over_noise_db)

    def _music(self, since_s: float) -> None:
        if self.part == "track":
            return
        # After a pause of the music it is the same track, and so where the platter stood still.
        resumed = self._number > 0 and (self._stopped or since_s - self._track_s < SHORTEST_S)
        if not resumed:
            self._number += 1
            self._track_s = since_s
        self._stopped = False
        self._enter("track", since_s)
        self.track = self._number

    def _silence(self, closed: bool, now_s: float) -> None:
        if self._number == 0:
            self._enter("lead_in", now_s)
        elif self.part in ("gap", "run_out") and now_s - self._part_s >= RUN_OUT_S:
            self.part = "locked_run_out" if closed else "run_out"
        elif self.part in ("track", "needle_drop") and self._loudest_db >= _RANGE_DB:
            self._enter("gap", now_s)

    def _enter(self, part: PartName, time_s: float) -> None:
        if part != self.part:
            self.part = part
            self._part_s = time_s
            self.track = None
