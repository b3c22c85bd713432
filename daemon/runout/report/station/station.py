"""All that the page is handed, whether or not it is there to take it."""

import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.health import Health
from runout.report import messages
from runout.report.messages import Fields
from runout.report.station.clips import Clips
from runout.report.station.errand import Errands
from runout.report.station.finished import HandOver, take_up, told_whole
from runout.report.station.live import SOCKET, SOUND_SOCKET, Live
from runout.report.station.picture import Painter
from runout.side.side import DefectHeard, Heard, LiveState, SideEnded, SideStarted

STATE_S = 1.0
"""Seconds between states, and between words on what is waited for"""
HEALTH_S = 10.0
"""Seconds between two words on the box's health"""
MOST_EVENTS = 300
"""Of the side that plays, kept for a page that comes later"""
_WAITING = 8
"""Finished sides to be written at most at once"""
_KEPT = 32
"""Of them, packed, that wait for a disk that is full: a day's"""
STOPPED = "it was stopped"
"""Why nobody listens any more, as the page says it"""
FILE_ENDED = "the file that it played has ended"
FAILED = "it failed; its log says how"

Array = npt.NDArray[np.float32]

_log = logging.getLogger(__name__)


class Station:
    """The ear's end of the listening station; for one thread, which never waits here."""

    def __init__(
        self,
        state: Path | None,
        runtime: Path | None,
        device_id: str = "",
        file: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the two folders that the page shares; None where there is to be no page.

        `file` is the name of what is played, where it isn't a record.
        """
        self._folder = state
        self._device_id = device_id
        self._file: Fields = {} if file is None else {"name": file}
        self._clock = clock
        self._now = now
        self._live = Live(
            None if runtime is None else runtime / SOCKET,
            lambda: ("events", {"events": list(self._events)}),
            clock=clock,
        )
        self._sound = Live(None if runtime is None else runtime / SOUND_SOCKET, clock=clock)
        self._clips = None if runtime is None else Clips(runtime / "clips")
        self._errands = Errands("finished-sides", _WAITING, _KEPT)
        self._painter: Painter | None = None
        self._rate = 0
        self._heard = 0
        self._started_s = 0.0
        self._events: deque[Fields] = deque(maxlen=MOST_EVENTS)
        self._state_due_s = self._health_due_s = self._waits_due_s = clock()
        self._state_said: tuple[object, ...] = ()
        self._ended: SideEnded | None = None
        self._side: Fields | None = None

    def begin(self, sample_rate: int) -> None:
        """Another source begins, at its rate in hertz."""
        self._painter = Painter(sample_rate)
        self._rate = sample_rate
        self._heard = 0
        if self._clips is not None:
            self._clips.begin(sample_rate)

    def sound(self, samples: Array) -> None:
        """Show a block of the source, shape (frames, 2), if anybody looks."""
        self._heard += len(samples)
        if self._painter is None or self._clips is None:
            return
        # What passed while nobody was there is neither drawn nor cut.
        if not self._live.there:
            self._clips.skip(self._heard)
        else:
            self._clips.feed(samples)
        if not self._sound.there:
            self._painter.skip(self._heard)
            return
        for picture in self._painter.feed(samples):
            self._sound.show("sound", picture.fields())

    def heard(self, heard: Heard) -> None:
        """Show a defect, and keep a side that has ended until it is `told`."""
        match heard:
            case SideStarted():
                self._events.clear()
                self._started_s = heard.time_s
            case DefectHeard():
                self._defect(heard)
            case SideEnded():
                self._ended = heard

    def recall(self, side: Fields | None) -> None:
        """Take the last side of the run before as told; it is handed over if it wasn't yet."""
        self._side = side
        if self._folder is not None:
            self._errands.send(partial(take_up, self._folder, side, self._device_id))

    def told(self, side: Fields | None) -> None:
        """Hand over the last side, as `side` tells it over MQTT: when it is new, or its label."""
        if side is None or side is self._side:
            return
        self._side = side
        ended, side_id = self._ended, str(side["side_id"])
        is_new = ended is not None and side_id == ended.side_id
        if is_new:
            # Its events are many.
            self._ended = None
        if self._folder is None:
            return
        if ended is not None and is_new:
            ours: Fields = {"device_id": self._device_id, "source": "ear", **self._file}
            errand = HandOver(
                self._folder, side_id, lambda: side | told_whole(ended) | ours, side_id=side_id
            )
        else:
            label: Fields = {"side_id": side_id, "label": side["label"]}
            errand = HandOver(self._folder, f"{side_id}.label", lambda: label)
        if not self._errands.send(errand):
            _log.warning("the listening station misses side %s: the disk hangs", side_id)

    def state(self, state: LiveState, fields: Callable[[LiveState], Fields]) -> None:
        """Show the live sensors once a second and when a phase changes; `fields` words them."""
        now_s = self._clock()
        said = (state.phase, state.part, state.side_id)
        if self._painter is None:  # there is no source, and what was heard last is over
            return
        if (now_s < self._state_due_s and said == self._state_said) or not self._live.there:
            return
        self._state_said = said
        self._state_due_s = now_s + STATE_S
        # What the groove's angle is counted from, in the time of `sound`.
        times: Fields = {
            "at_s": messages.rounded(self._heard / self._rate, 3),
            "started_s": messages.rounded(self._started_s, 3) if state.side_id else None,
        }
        self._live.say("state", fields(state) | times | self._file)

    def health(self, measure: Callable[[], Health], fields: Callable[[Health], Fields]) -> None:
        """Show how the box is, when that is due; `fields` words it."""
        now_s = self._clock()
        if now_s < self._health_due_s or not self._live.there:
            return
        self._health_due_s = now_s + HEALTH_S
        self._live.say("health", fields(measure()))

    def waits(self, reason: str) -> None:
        """Say, while there is no source, what is waited for."""
        now_s = self._clock()
        if now_s < self._waits_due_s or not self._live.there:
            return
        self._waits_due_s = now_s + STATE_S
        self._live.say("waits", {"reason": reason})

    def source_ended(self) -> None:
        """No more sound comes of this source."""
        if self._clips is not None:
            self._clips.finish()
        self._painter = None

    def stop(self, why: str = STOPPED) -> None:
        """Hand over what is left and say that we leave, and why."""
        self._errands.close()
        if self._clips is not None:
            self._clips.close()
        self._live.say("gone", {"reason": why})
        self._live.close()
        self._sound.close()

    def _defect(self, heard: DefectHeard) -> None:
        # Without a page, nothing is kept to cut a clip from.
        clip = self._live.there and self._clips is not None and self._clips.promise(heard.event)
        fields = messages.event_payload(heard, self._now()) | {"clip": clip}
        self._events.append(fields)
        self._live.say("event", fields)
