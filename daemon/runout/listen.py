"""The daemon's loop: a source into the line, what is heard out over MQTT."""

import logging
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
from runout.line import Line
from runout.model.card import load_model
from runout.model.sensitivity import Sensitivity
from runout.report.mqtt.publisher import Publisher
from runout.side.side import Heard, SideEnded
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
    publisher = Publisher(mqtt, time.monotonic if live else lambda: line.now_s)
    try:
        publisher.start()
        if not live and not publisher.wait_until_connected(CONNECT_S):
            raise RunoutError(f"nobody to tell what is heard: no broker at {mqtt.host}:{mqtt.port}")
        with _stopped_by_signals(source):
            try:
                for block in source.blocks():
                    publisher.audio(online=True)
                    _say(publisher, line.feed(block.samples))
                    publisher.state(line.state)
            finally:
                _say(publisher, line.finish())
                publisher.state(line.state)
    finally:
        publisher.stop()


def _say(publisher: Publisher, said: Iterable[Heard]) -> None:
    for heard in said:
        # The last side that was one stays: a bump, a hum or a preamp turned up is none.
        if isinstance(heard, SideEnded) and heard.heard_s == 0.0:
            _log.info("something sounded for %.1f s and was no side", heard.duration_s)
            continue
        publisher.heard(heard)


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
