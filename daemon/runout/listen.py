"""The daemon's loop: a source into the line, what is heard out over MQTT, commands in between."""

import logging
import math
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from types import FrameType

from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.grading.table import load_table
from runout.health import ArrivalRate, Captures, Health, temperature_c, throttled
from runout.line import Line
from runout.model.card import load_model
from runout.model.sensitivity import Sensitivity
from runout.obey import obey
from runout.report.mqtt.publisher import Publisher
from runout.side.side import DefectHeard, Heard, SideEnded
from runout.source.block import Source

LIFT_S = 4.0
"""Seconds at the preamp's floor that end a side; pauses between tracks are groove, and louder"""
CONNECT_S = 5.0
"""Seconds that a file waits for the broker, so that nothing of it is lost"""

_log = logging.getLogger(__name__)


def listen(
    source: Source, mqtt: MqttSettings, live: bool = True, sensitivity: Sensitivity = "normal"
) -> None:
    """Listen until the source ends, SIGINT or SIGTERM; then say the side and `offline`.

    A source that is not `live` comes faster than it would be played: its own time then says how
    often to publish. Raises RunoutError when the source fails, after what was heard until then
    has been said, and when a source that isn't live finds no broker.
    """
    line = Line(
        load_model(),
        load_table(),
        source.sample_rate,
        _side_namer(),
        LIFT_S,
        sensitivity=sensitivity,
    )
    # A file that is read as fast as it goes makes an evening's events in seconds.
    publisher = (
        Publisher(mqtt) if live else Publisher(mqtt, lambda: line.now_s, letters_per_s=math.inf)
    )
    box = _Box(source, line, publisher)
    try:
        publisher.start()
        if not live and not publisher.wait_until_connected(CONNECT_S):
            raise RunoutError(f"nobody to tell what is heard: no broker at {mqtt.host}:{mqtt.port}")
        with _stopped_by_signals(source):
            box.run()
    finally:
        publisher.stop()


class _Box:
    """One run of the loop."""

    def __init__(self, source: Source, line: Line, publisher: Publisher) -> None:
        self._source = source
        self._line = line
        self._publisher = publisher
        self._arrival = ArrivalRate()
        self._glitches = 0

    def run(self) -> None:
        """Listen until the source ends, and say the side."""
        line, publisher = self._line, self._publisher
        try:
            for block in self._source.blocks():
                self._arrival.arrived(len(block.samples), time.monotonic())
                publisher.audio(online=True)
                self._say(line.feed(block.samples))
                for request in publisher.reception.waiting():
                    self._say(obey(request, line, publisher))
                publisher.state(line.state)
                publisher.health(self._health)
        finally:
            self._say(line.finish())
            publisher.state(line.state)

    def _say(self, said: Iterable[Heard]) -> None:
        for heard in said:
            # The last side that was one stays: a bump, a hum or a preamp turned up is none.
            if isinstance(heard, SideEnded) and heard.heard_s == 0.0:
                _log.info("something sounded for %.1f s and was no side", heard.duration_s)
                self._publisher.no_side()
                continue
            if isinstance(heard, DefectHeard) and heard.event.kind == "capture_glitch":
                self._glitches += 1
            self._publisher.heard(heard)

    def _health(self) -> Health:
        source, inference_s = self._source, self._line.inference_p95_s
        captures = source if isinstance(source, Captures) else None
        return Health(
            capture_glitches=self._glitches,
            overruns=captures.overruns if captures else None,
            overflows=captures.overflows if captures else None,
            # A file comes at any pace.
            sample_rate_hz=self._arrival.hertz if captures else None,
            inference_p95_ms=None if inference_s is None else 1000.0 * inference_s,
            temperature_c=temperature_c(),
            throttled=throttled(),
        )


def _side_namer() -> Callable[[], str]:
    """Names for sides, unique over restarts: when the needle went down, and a number."""
    numbers = count(1)
    return lambda: f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{next(numbers)}"


@contextmanager
def _stopped_by_signals(source: Source) -> Iterator[None]:
    """Let SIGINT and SIGTERM close the source, which ends the loop in its own time."""

    def stop(number: int, _frame: FrameType | None) -> None:
        _log.info("%s: stopping", signal.Signals(number).name)
        source.close()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
