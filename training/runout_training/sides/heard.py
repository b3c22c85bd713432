"""The events that perfect ears would tell of a side: from its truth, in the words of the line.

An impulse is one where it stands over its threshold of being heard, worked out from the two sounds
that the side was made of. Scratches, crackle and what lasts are put together by the line's own
definitions: three turns, the crackle tracker's density, half a second of distortion.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from runout.defects.audibility import Loudest, audible_db_of
from runout.defects.crackle import CrackleBegan, CrackleEnded, CrackleTracker
from runout.defects.event import Event
from runout.defects.passage import PassageKind
from runout.features.params import FeatureParams
from runout.side.tally import Tally
from runout.side.tracks import DROP_S
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.passages import lasting
from runout_training.mix import merged
from runout_training.sides.side import Side
from runout_training.wear.worn import Truth

_BEFORE_S, _AFTER_S = 0.065, 0.03
"""Of sound that audibility asks for about an impulse"""
_STEP = 32
"""Cells a step, as the line works"""
_TICK_DB = 3.0
"""Over the programme: ticks of crackle that are there, heard or not; the line estimates those"""
_FEWEST_TURNS = 3
_SHOCK_S = 0.03
"""Impulses this near to a jump are the shock of it"""
_PASSAGES: tuple[PassageKind, ...] = ("dropout", "distortion")


def tell(side: Side, tally: Tally) -> None:
    """Put a side's true events into a tally: impulses in order of time, then what is made of them.

    What ticks in the run-out and in a locked groove is told, as the line tells it, but makes no
    scratch; the needle's landing is no defect.
    """
    down_s = side.parts[0].start_s + DROP_S
    lifted_s = side.parts[-1].start_s
    locks = [one for one in side.truth if one.kind == "locked_groove"]
    impulses = [one for one in side.truth if one.kind in ("click", "pop")]
    music_s = max(part.end_s for part in side.parts if part.name == "track")
    trains: dict[int, list[Event]] = {}
    crackle = _Crackle(tally)
    for number, (one, audible_db) in enumerate(_weighed(side, merged(impulses))):
        time_s = one.start / RATE
        if not down_s <= time_s < lifted_s:
            continue
        event = _impulse(f"i{number}", one, audible_db)
        crackle.take(event)
        locked = any(lock.start <= one.start < lock.end for lock in locks)
        if one.episode is not None and not locked and time_s < music_s:
            trains.setdefault(one.episode, []).append(event)
    crackle.finish()
    for episode, members in trains.items():
        _scratch(tally, f"s{episode}", members, side.clock.period_s)
    for number, jump in enumerate(
        one for one in side.truth if one.kind in ("skip", "locked_groove")
    ):
        _jump(tally, f"j{number}", jump, side.clock.period_s)
    for kind in _PASSAGES:
        spans = lasting([one for one in side.truth if one.kind == kind], kind)
        for number, span in enumerate(spans):
            tally.add(_event(f"{kind}{number}", span))
    _leave_unheard(tally)


def _weighed(side: Side, impulses: Sequence[Truth]) -> Iterator[tuple[Truth, float]]:
    """Those that stand over the programme or are heard, with dB over their thresholds."""
    params = FeatureParams()
    step = _STEP * params.hop
    loudest = _loudest(side, params)
    before, after = round(_BEFORE_S * RATE), round(_AFTER_S * RATE)
    for one in impulses:
        first = max(0, one.start - before)
        place = slice(first, one.end + after)
        clean = side.clean[:, place]
        over = audible_db_of(
            side.sound[:, place] - clean,
            clean,
            one.start - first,
            max(1, one.end - one.start),
            loudest[min(one.start // step, len(loudest) - 1)],
            params,
        )
        if over is not None and (over > 0.0 or one.over_db >= _TICK_DB):
            yield one, over


def _leave_unheard(tally: Tally) -> None:
    """Take back the single impulses that nobody hears; in crackle they count, as nothing."""
    tally.events = [
        event
        for event in tally.events
        if event.part_of is not None or event.audible_db is None or event.audible_db > 0.0
    ]
    tally.counts = Counter(event.kind for event in tally.events)


def _loudest(side: Side, params: FeatureParams) -> list[float]:
    """The loudest of the side at the end of each step, as the line knows it there."""
    known = Loudest(params)
    cells = side.clean.shape[1] // params.hop
    power = np.square(side.clean[:, : cells * params.hop]).reshape(2, cells, -1).mean(axis=2)
    levels = []
    for first in range(0, cells, _STEP):
        known.feed(power[:, first : first + _STEP])
        levels.append(known.power)
    return levels


class _Crackle:
    """Puts impulses into the tally, and episodes of crackle where they are dense."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._tracker = CrackleTracker()
        self._episode: Event | None = None
        self._episodes = 0

    def take(self, event: Event) -> None:
        """Take the next impulse in order of time."""
        self._ended(self._tracker.passed(event.time_s))
        began = self._tracker.impulse(event.time_s)
        within = None if self._episode is None else self._episode.id
        self._tally.add(replace(event, part_of=within))
        if began is not None:
            self._began(began, event)

    def finish(self) -> None:
        """End the episode that is on."""
        self._ended(self._tracker.finish())

    def _began(self, began: CrackleBegan, last: Event) -> None:
        self._episodes += 1
        self._episode = replace(last, id=f"c{self._episodes}", kind="crackle", time_s=began.start_s)
        self._tally.join(self._episode.id, began.ticks)

    def _ended(self, ended: CrackleEnded | None) -> None:
        if ended is not None and self._episode is not None:
            self._tally.add(self._tally.crackled(self._episode, ended))
            self._episode = None


def _scratch(tally: Tally, id: str, crossings: Sequence[Event], period_s: float) -> None:
    """A scratch from the first crossing that is heard to the last, if it is one.

    Those between that the music covers are part of it: it is as loud as all are on average.
    """
    heard = [n for n, event in enumerate(crossings) if (event.audible_db or 0.0) > 0.0]
    if len(heard) < _FEWEST_TURNS:
        return
    members = crossings[heard[0] : heard[-1] + 1]
    first, last = members[0].time_s, members[-1].time_s
    turns = 1 + round((last - first) / period_s)
    if turns < _FEWEST_TURNS:
        return
    tally.claim(id, [event.id for event in members])
    scratch = replace(
        members[0], id=id, kind="scratch", duration_s=last - first, rpm=60.0 / period_s, turns=turns
    )
    tally.add(tally.summed(scratch, members))


def _jump(tally: Tally, id: str, jump: Truth, period_s: float) -> None:
    """A skip or a locked groove; its shocks are part of it."""
    length_s = (jump.end - jump.start) / RATE
    repeats = max(1, round(length_s / period_s))
    due = jump.start / RATE + period_s * np.arange(repeats)
    tally.claim(id, [shock.id for shock in tally.near(due, _SHOCK_S)])
    turns = repeats if jump.kind == "locked_groove" else None
    tally.add(replace(_event(id, jump), duration_s=length_s, rpm=60.0 / period_s, turns=turns))


def _impulse(id: str, one: Truth, audible_db: float) -> Event:
    return replace(_event(id, one), peak_db=one.over_db, audible_db=audible_db)


def _event(id: str, one: Truth) -> Event:
    return Event(
        id=id,
        time_s=one.start / RATE,
        duration_s=(one.end - one.start) / RATE,
        kind=one.kind,
        channel=one.channel,
        peak_db=math.nan,
        confidence=1.0,
    )
