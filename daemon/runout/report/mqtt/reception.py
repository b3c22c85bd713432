"""Where commands arrive: what makes sense is left for the listening thread, the rest answered.

Commands come on the link's thread, from whoever can reach the broker. Nothing here waits, and
nothing grows with how many there are.
"""

import contextlib
import logging
import queue
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping

from runout.report.messages import Fields, to_json
from runout.report.mqtt.commands import LARGEST_COMMAND, Request, parse, request_id
from runout.report.payload import Json, Payload, PayloadError

WAITING = 16
"""Commands that may wait to be obeyed; a block of sound is 50 ms"""
REMEMBERED = 64
"""Ids of the last commands, so that one that comes again isn't obeyed again"""
ANSWERS_PER_S = 10
"""Answers in any second; what a flood asks beyond is neither obeyed nor answered"""
_RETAINED = "retained: such a command would be obeyed again and again; send it without"

_log = logging.getLogger(__name__)


class Reception:
    """Takes commands on one thread, hands them out on another, and says what became of them."""

    def __init__(self, answer: Callable[[str], None], clock: Callable[[], float]) -> None:
        """`answer` publishes a result, from either thread."""
        self._say = answer
        self._clock = clock
        self._waiting: queue.Queue[Request] = queue.Queue(WAITING)
        self._answers: OrderedDict[str | None, str | None] = OrderedDict()
        """By id, what was answered; None while it waits"""
        self._taken: deque[float] = deque()
        self._flooded = False

    def take(self, name: str, raw: bytes, retained: bool) -> None:
        """Take what came as command `name`; never raises, whatever it is."""
        if not self._in_time():
            return
        try:
            if retained:
                raise PayloadError(_RETAINED)
            request = parse(name, raw)
        except PayloadError as error:
            self._say(_result(_id_of(raw), name, str(error)))
            return
        if request.id is not None and request.id in self._answers:
            said = self._answers[request.id]
            if said is not None:
                self._say(said)
            return
        # Remembered before it can be obeyed, and answered, on the other thread.
        if request.id is not None:
            self._answers[request.id] = None
            if len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        try:
            self._waiting.put_nowait(request)
        except queue.Full:
            self._answers.pop(request.id, None)
            self._say(_result(request.id, name, "too many commands are waiting"))

    def waiting(self) -> Iterator[Request]:
        """The commands that came since; each must be answered."""
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._waiting.get_nowait()

    def answer(
        self,
        request: Request,
        error: str | None = None,
        measured: Mapping[str, float] | None = None,
    ) -> None:
        """Say what became of a command: `error` is why it was not obeyed."""
        said = _result(request.id, request.name, error, measured)
        if request.id is not None and request.id in self._answers:
            self._answers[request.id] = said
        self._say(said)

    def _in_time(self) -> bool:
        now = self._clock()
        while self._taken and now - self._taken[0] >= 1.0:
            self._taken.popleft()
        if len(self._taken) >= ANSWERS_PER_S:
            if not self._flooded:
                _log.warning("MQTT: a flood of commands; some are ignored")
            self._flooded = True
            return False
        self._taken.append(now)
        return True


def _id_of(raw: bytes) -> str | None:
    """The id of a command that is refused, where it has one that can be read."""
    if len(raw) > LARGEST_COMMAND:
        return None
    with contextlib.suppress(PayloadError):
        return request_id(Payload.from_json(raw))
    return None


def _result(
    id_: str | None, name: str, error: str | None, measured: Mapping[str, float] | None = None
) -> str:
    fields: Fields = {"id": id_, "command": name, "ok": error is None, "error": error}
    if measured is not None:
        told: dict[str, Json] = {key: round(value, 2) for key, value in measured.items()}
        fields["measured"] = told
    return to_json(fields)
