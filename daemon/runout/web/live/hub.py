"""Takes what the ear says, remembers what a latecomer needs, and tells all viewers."""

import asyncio
import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from runout.errors import RunoutError
from runout.report.payload import Json, Payload, PayloadError
from runout.web.live.ear import AWAY_S, Ear
from runout.web.live.inbox import Inbox
from runout.web.live.viewer import Viewer, Word

SOCKET, SOUND_SOCKET = "live", "sound"
"""Names, in the runtime folder, of the sockets that the ear talks to"""
MOST_EVENTS = 300
"""Of a side, remembered for who comes later"""
MOST_VIEWERS = 200
_WATCH_S = 0.5

Fields = dict[str, Json]

_log = logging.getLogger(__name__)


class Hub:
    """From `start` to `stop` within a running event loop; all but `tell` is for its thread."""

    def __init__(
        self,
        runtime: Path,
        last_side: Callable[[], Mapping[str, Json] | None] = lambda: None,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`runtime` is the folder of the sockets; `last_side` sums up what the ear heard last."""
        self._last_side = last_side
        self._inbox = Inbox(runtime / SOCKET, self._hear)
        self._sound_inbox = Inbox(runtime / SOUND_SOCKET, self._hear)
        self._sound_viewers = 0
        self._clock = clock
        self._now = now
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._watch: asyncio.TimerHandle | None = None
        self._viewers: set[Viewer] = set()
        self._heard_s = clock()
        self._ear = Ear("away", None, now())
        self._state: Fields | None = None
        self._health: Fields | None = None
        self._side_id: str | None = None
        self._events: dict[str, Fields] = {}

    def ear(self) -> Fields:
        """How things stand with the ear."""
        return self._ear.fields()

    def health(self) -> Fields | None:
        """The last `health` of an ear that is there."""
        return self._health

    @property
    def side_id(self) -> str | None:
        """Of the side that plays; None while none does."""
        side_id = None if self._state is None else self._state.get("side_id")
        return side_id if isinstance(side_id, str) else None

    def start(self) -> None:
        """Bind the socket. Raises RunoutError where that can't be."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._inbox.open()
        self._look()

    def stop(self) -> None:
        """Hear no more, take the sockets away, and have all viewers leave."""
        if self._watch is not None:
            self._watch.cancel()
        self._inbox.close()
        self._sound_inbox.close()
        self._loop = None
        for viewer in self._viewers:
            viewer.leave()

    def snapshot(self) -> Fields:
        """Return all that a viewer who comes now needs: the answer of GET /api/live."""
        last = self._last_side()
        return {
            "ear": self.ear(),
            "state": self._state,
            "side_id": self._side_id,
            "events": list(self._events.values()),
            "health": self._health,
            "last_side": None if last is None else dict(last),
        }

    @property
    def full(self) -> bool:
        """Whether as many look on as may."""
        return len(self._viewers) >= MOST_VIEWERS

    @contextlib.contextmanager
    def subscribe(self, sound: bool = True) -> Iterator[Viewer]:
        """Look on, with `hello` first."""
        viewer = Viewer(lambda: Word("hello", json.dumps(self.snapshot())), sound)
        self._viewers.add(viewer)
        if sound:
            self._want_sound(+1)
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)
            if sound:
                self._want_sound(-1)

    def tell(self, kind: str, fields: Mapping[str, Json]) -> None:
        """Tell all viewers. Safe from any thread; nobody is told before `start` or after `stop`."""
        loop = self._loop
        if loop is None:
            return
        if threading.get_ident() == self._thread:
            self._say(kind, dict(fields))
        else:
            # A loop that has ended meanwhile has nobody left to tell.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._say, kind, dict(fields))

    def _say(self, kind: str, fields: Fields) -> None:
        if not self._viewers:
            return
        word = Word(kind, json.dumps(fields))
        for viewer in self._viewers:
            viewer.tell(word)

    def _hear(self, raw: bytes) -> None:
        try:
            self._take(raw)
        except PayloadError as error:
            # Only who may write into our folder can send it: an ear of another version.
            _log.debug("live: %s", error)

    def _want_sound(self, viewers: int) -> None:
        """The ear draws sound while somebody looks at it, and no longer: it costs."""
        before, self._sound_viewers = self._sound_viewers, self._sound_viewers + viewers
        if self._loop is None:
            return
        if before == 0:
            try:
                self._sound_inbox.open()
            except RunoutError as error:
                _log.warning("%s; no sound is shown", error)
        elif self._sound_viewers == 0:
            self._sound_inbox.close()

    def _take(self, raw: bytes) -> None:
        try:
            fields: Fields = json.loads(raw)
        except ValueError as error:
            raise PayloadError("not JSON") from error
        payload = Payload(fields)
        kind = payload.text("type")
        del fields["type"]
        self._heard_s = self._clock()
        match kind:
            case "sound":
                self._stands("hears", None)
                self.tell(kind, fields)
            case "state":
                self._stands("hears", None)
                self._state = fields
                if payload.text_or_none("side_id") not in (None, self._side_id):
                    self._side(payload.text("side_id"))
                self.tell(kind, fields)
            case "event":
                self._remember(payload, fields)
                self.tell(kind, fields)
            case "events":
                self._catch_up(fields)
            case "health":
                self._health = fields
                self.tell(kind, fields)
            case "waits":
                self._stands("waits", payload.text("reason"))
            case "gone":
                self._stands("away", payload.text("reason"))

    def _stands(self, state: str, reason: str | None) -> None:
        if (state, reason) == (self._ear.state, self._ear.reason):
            return
        match state:
            case "hears":
                self._ear = Ear("hears", reason, self._now())
            case "waits":
                self._ear = Ear("waits", reason, self._now())
            case _:
                self._ear = Ear("away", reason, self._now())
                self._health = None
        if state != "hears":
            self._state = None
        self.tell("ear", self.ear())

    def _side(self, side_id: str) -> None:
        self._side_id = side_id
        self._events.clear()

    def _remember(self, payload: Payload, fields: Fields) -> None:
        event_id, side_id = payload.text("id"), payload.text("side_id")
        if side_id != self._side_id:
            self._side(side_id)
        # An episode's end takes the place of its begin.
        self._events[event_id] = fields
        if len(self._events) > MOST_EVENTS:
            del self._events[next(iter(self._events))]

    def _catch_up(self, fields: Fields) -> None:
        """Take the events of a side that played before we were there."""
        events = fields.get("events")
        if not isinstance(events, list) or not events:
            return
        for event in events:
            if not isinstance(event, dict):
                raise PayloadError("an event that is none")
            self._remember(Payload(event), event)
        self.tell("hello", self.snapshot())

    def _look(self) -> None:
        """Say so when the ear has fallen silent."""
        assert self._loop is not None
        self._watch = self._loop.call_later(_WATCH_S, self._look)
        if self._ear.state != "away" and self._clock() - self._heard_s > AWAY_S:
            self._stands("away", "it says nothing")
