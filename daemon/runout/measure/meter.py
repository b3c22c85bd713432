"""Measures a stream as it plays, and tells a side's parts, figures and tracks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from runout.defects.event import Event
from runout.measure.groove_noise import is_groove_noise
from runout.measure.needle_up import needle_up
from runout.measure.pitch import PitchFollower, PitchStore
from runout.measure.side import measurements, turning_measurements
from runout.measure.slices import SliceStore
from runout.measure.spectrum import Slicer
from runout.measure.stretches import RUN_OUT, find_stretches, handled, run_outs
from runout.measure.tracks import TrackMeasured, track_measurements
from runout.side.account import Account
from runout.side.cuts import outside
from runout.side.envelope import Envelope
from runout.side.headroom import Headroom
from runout.side.tally import Tally
from runout.side.tracks import DROP_S, Part, find_parts

Array = npt.NDArray[np.floating[Any]]

_NEEDLE_UP_S = 60.0
"""Before a side, that tell what the preamp gives with the needle up"""


class Meter:
    """Keeps what measuring a side takes, from the minute before it to its end."""

    def __init__(self, rate: int) -> None:
        """Sound comes at `rate` hertz."""
        self.envelope = Envelope(rate)
        self._slicer = Slicer()
        self._slices = SliceStore()
        self._follower = PitchFollower()
        self._pitch = PitchStore()
        self._headroom = Headroom()
        self._up_from_s = 0.0

    def input(self, samples: Array, idle: bool) -> None:
        """Take samples of shape (frames, 2) as they came in; `idle` while no side plays."""
        if idle:
            self._headroom = Headroom()
        self._headroom.feed(samples)

    @property
    def clipped_percent(self) -> float:
        """Of the samples that came in since the side began."""
        return self._headroom.clipped_percent

    def feed(self, audio: Array) -> None:
        """Take the same sound at the analysis rate, of shape (2, samples)."""
        self.envelope.feed(audio)
        for one in self._slicer.feed(audio):
            self._slices.add(one)
        steps = self._follower.feed(audio)
        if steps is not None:
            self._pitch.add(steps)

    def idle(self, now_s: float) -> None:
        """Say that no side plays: what is long past is forgotten."""
        self.envelope.idle()
        self._slices.forget(now_s - _NEEDLE_UP_S)
        self._pitch.forget(now_s - _NEEDLE_UP_S)

    def ended(self, end_s: float) -> None:
        """Say that a side ended; the needle is up from `end_s` on, or in nobody knows what."""
        self._up_from_s = end_s
        self._headroom = Headroom()

    def needle_up(self, now_s: float) -> dict[str, float] | None:
        """What the preamp alone gave over the last minute; None where it wasn't for long enough."""
        from_s = max(self._up_from_s + DROP_S, now_s - _NEEDLE_UP_S)
        return needle_up(self._slices, from_s, now_s)

    def heard_music(self, account: Account, start_s: float) -> bool:
        """Whether what passed for programme on a side from `start_s` was more than groove noise."""
        if account.tally.heard_s == 0.0:
            return False
        return not is_groove_noise(self._slices.within([(start_s, account.programme_s)]))

    def parts(
        self, account: Account, start_s: float, end_s: float, landed: bool
    ) -> tuple[Part, ...]:
        """The parts of a side from `start_s`, where the needle `landed` or was, to `end_s`."""
        if account.tally.heard_s == 0.0:
            return (Part("lead_in", start_s, end_s),)
        return find_parts(
            *self.envelope.between(start_s, end_s),
            start_s=start_s,
            landed=landed,
            locked_s=account.closed_s,
        )

    def measurements(self, account: Account, parts: Sequence[Part]) -> dict[str, float]:
        """All figures of a side, or of what of it has played, by name.

        What ticks in the run-out is left unrated in the account's tally.
        """
        ongoing = account.ongoing()
        told = heard_measurements(
            account.tally, self._headroom, self._slices, parts, self._up_from_s, ongoing
        )
        stretches = find_stretches(parts, self._up_from_s)
        events = [*account.tally.events, *ongoing]
        return told | turning_measurements(self._pitch, stretches, events, account.rpm)

    def tracks(self, account: Account, parts: Sequence[Part]) -> tuple[TrackMeasured, ...]:
        """Each track of a side by itself."""
        return track_measurements(self._slices, parts, account.tally.events)


def heard_measurements(
    tally: Tally,
    headroom: Headroom,
    slices: SliceStore,
    parts: Sequence[Part],
    up_from_s: float,
    ongoing: Sequence[Event] = (),
) -> dict[str, float]:
    """All figures of a side but how it turned, by name; `ongoing` are the episodes that are on.

    The needle was up from `up_from_s` until the first of `parts`. What ticks in the run-out, and
    what sounds while the needle is handled, is left unrated in the tally.
    """
    by_hand = handled(parts)
    tally.leave_unrated(
        sorted([*by_hand, *run_outs(parts)]),
        # At the floor nothing was heard: what the hand takes needn't be taken off.
        sum(part.end_s - part.start_s for part in parts if part.name in RUN_OUT),
    )
    events = outside([*tally.events, *ongoing], by_hand)
    return (
        tally.measurements(ongoing)
        | headroom.measurements()
        | measurements(slices, find_stretches(parts, up_from_s), events)
    )
