"""Tells the messages of one box as the story of a record."""

from collections import deque
from collections.abc import Callable

from runout.report.mqtt.topics import OFFLINE, ONLINE
from runout.report.payload import Payload, PayloadError
from runout.report.terminal import lines
from runout.report.terminal.style import Style

_SIDES = 16
"""Of a box, told apart: after an outage some come late, beside the one that plays"""


class Narrator:
    """Turns what one box says into lines, in the order that it says it."""

    def __init__(
        self, style: Style, say: Callable[[str], None], meter: Callable[[str], None]
    ) -> None:
        """`say` takes lines that stay, `meter` a line that the next one takes the place of."""
        self.sides = 0
        """Sides that played and ended while we listened"""
        self.gone = False
        """Whether the box said offline, or its broker for it, while we listened"""
        self._style = style
        self._say = say
        self._meter = meter
        self._online: bool | None = None
        self._hears = False
        self._side_id: str | None = None
        self._told_side_id: str | None = None
        self._played: deque[str] = deque(maxlen=_SIDES)

    def message(self, leaf: str, raw: bytes, retained: bool) -> None:
        """Tell a message on the topic `leaf`, below the box's own; a bad one in one line.

        A retained message is from before we listened: how things stand, not something that
        happens now.
        """
        try:
            match leaf:
                case "availability":
                    self._availability(raw, retained)
                case "audio/availability":
                    self._audio(raw)
                case "event":
                    self._event(Payload.from_json(raw))
                case "state":
                    self._state(Payload.from_json(raw), retained)
                case "side":
                    self._side(Payload.from_json(raw), retained)
        except PayloadError as error:
            self._say(f"  malformed message on {leaf}: {error}")

    def _availability(self, raw: bytes, retained: bool) -> None:
        if raw not in (ONLINE.encode(), OFFLINE.encode()):
            raise PayloadError("neither online nor offline")
        online = raw == ONLINE.encode()
        if online != self._online:
            self._say("  Runout is online" if online else "  Runout is offline")
        self._online = online
        self.gone = not online and not retained

    def _audio(self, raw: bytes) -> None:
        hears = raw == ONLINE.encode()
        # As a box comes and goes it doesn't hear either, which needs no words.
        if self._online and self._hears and not hears:
            self._say("  no sound from the preamp any more")
        self._hears = hears

    def _state(self, state: Payload, retained: bool) -> None:
        side_id = state.text_or_none("side_id")
        if side_id is None:
            return
        if retained:
            # If it is still so, it may end before another word of it.
            self._played.append(side_id)
        else:
            self._needle_down(side_id)
            self._meter(lines.meter_line(state, self._style))

    def _event(self, event: Payload) -> None:
        if event.text_or_none("event_type") == "identify":
            self._say("  a test event: the box was asked to identify itself")
            return
        # It may be faster than the state that says that the side began.
        self._needle_down(event.text("side_id"))
        self._say(lines.event_line(event, self._style))

    def _side(self, side: Payload, retained: bool) -> None:
        side_id = side.text("side_id")
        if side_id == self._told_side_id:
            return  # said again as the box found its broker again
        # A box that has started anew says its last side again, for a broker that may have lost it.
        # Of one that has played while we listened, we have heard more than its end.
        if retained or side_id not in self._played:
            self._say(lines.last_side_line(side))
        else:
            for line in lines.side_lines(side, self._style):
                self._say(line)
            self.sides += 1
        self._told_side_id = side_id

    def _needle_down(self, side_id: str) -> None:
        if side_id != self._side_id:
            self._side_id = side_id
            self._played.append(side_id)
            for line in lines.needle_down_lines(self._style):
                self._say(line)
