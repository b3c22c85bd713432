"""The daemon's loop: a source into the line, what is heard out over MQTT, commands in between."""

import logging
import math
import secrets
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from types import FrameType

from runout.config import MqttSettings
from runout.errors import RunoutError, setting_up
from runout.grading.table import Table, load_table
from runout.health import ArrivalRate, Captures, Health, temperature_c, throttled
from runout.keenness import Keenness
from runout.line import Line
from runout.model.card import Model, load_model
from runout.obey import obey
from runout.opinion.installed import second_opinion
from runout.opinion.listener import Listener
from runout.report.mqtt.publisher import Publisher
from runout.report.station.station import FAILED, FILE_ENDED, STOPPED, Station
from runout.service import Service
from runout.side.side import DefectHeard, Heard, SideEnded
from runout.source.block import Source
from runout.source.feed import Feed
from runout.source.signal_path import SIGNAL_WORDS, SignalState

LIFT_S = 4.0
"""Seconds at the preamp's floor that end a side; pauses between tracks are groove, and louder"""
LEAST_SIDE_S = 5.0
"""What ticked for less without music was a bump, or a needle that was put down and taken up"""
CONNECT_S = 5.0
"""Seconds that a file waits for the broker, so that nothing of it is lost"""

_log = logging.getLogger(__name__)


def listen(
    feed: Feed,
    mqtt: MqttSettings,
    live: bool = True,
    keenness: Keenness | None = None,
    opinion: str = "",
    table: str = "goldmine",
    station: Station | None = None,
) -> None:
    """Listen until the feed ends, SIGINT or SIGTERM; then say the side and `offline`.

    A feed that is not `live` comes faster than it would be played: its own time then says how
    often to publish. The `station` is handed what its page shows.

    Raises RunoutError when a source fails, after what was heard until then has been said, and when
    a source that isn't live finds no broker; SetupError where the model or a setting can't be used.
    """
    keenness = keenness or Keenness("normal", None)
    with setting_up():
        model = load_model()
        ears = _Ears(model, load_table(table), keenness, second_opinion(opinion, model))
        # A file that is read as fast as it goes makes an evening's events in seconds.
        publisher = (
            Publisher(mqtt) if live else Publisher(mqtt, lambda: ears.now_s, letters_per_s=math.inf)
        )
    service = Service(publisher, broker=bool(mqtt.host))
    station = station or Station(None, None)
    station.recall(publisher.side_told)
    box = _Box(feed, ears, publisher, keenness, service, station)
    why_gone = FAILED
    # To the last word: a second signal must not cut off what the first had us say.
    with _stopped_by_signals(feed) as stopped:
        try:
            publisher.start()
            if not live and not publisher.wait_until_connected(CONNECT_S):
                raise RunoutError(
                    f"nobody to tell what is heard: no broker at {mqtt.host}:{mqtt.port}"
                )
            box.run()
            why_gone = STOPPED if stopped() else FILE_ENDED
        finally:
            service.stopping()
            station.stop(why_gone)
            publisher.stop()


class _Ears:
    """The line that listens: another for each source."""

    def __init__(
        self, model: Model, table: Table, keenness: Keenness, opinion: Listener | None
    ) -> None:
        self._model = model
        self._table = table
        self._keenness = keenness
        self._opinion = opinion
        self._new_side_id = _side_namer()
        self._line: Line | None = None

    @property
    def now_s(self) -> float:
        """Seconds that have been heard of this source."""
        return 0.0 if self._line is None else self._line.now_s

    @property
    def line(self) -> Line:
        """The line of this source; after it has ended, one that hears nothing."""
        return self._line or self.begin(self._model.card.features.sample_rate)

    def begin(self, sample_rate: int) -> Line:
        """Listen to another source, at its rate in hertz."""
        self._line = Line(
            self._model,
            self._table,
            sample_rate,
            self._new_side_id,
            LIFT_S,
            sensitivity=self._keenness.sensitivity,
            opinion=self._opinion,
        )
        return self._line


class _Box:
    """One run of the loop."""

    def __init__(
        self,
        feed: Feed,
        ears: _Ears,
        publisher: Publisher,
        keenness: Keenness,
        service: Service,
        station: Station,
    ) -> None:
        self._feed = feed
        self._ears = ears
        self._source: Source | None = None
        self._signal: SignalState = "ok"
        self._overruns = self._overflows = 0
        self._publisher = publisher
        self._keenness = keenness
        self._service = service
        self._station = station
        self._arrival = ArrivalRate()
        self._glitches = 0

    def run(self) -> None:
        """Listen until there is no more source, and say the sides."""
        for source in self._feed.sources(self._wait):
            self._source = source
            self._arrival = ArrivalRate()
            self._station.begin(source.sample_rate)
            self._hear(source, self._ears.begin(source.sample_rate))
            self._source = None
            if isinstance(source, Captures):
                self._overruns += source.overruns
                self._overflows += source.overflows

    def _hear(self, source: Source, line: Line) -> None:
        try:
            for block in source.blocks():
                self._arrival.arrived(len(block.samples), time.monotonic())
                self._publisher.audio(online=self._sounds(source))
                self._station.sound(block.samples)
                self._say(line.feed(block.samples))
                self._tend(line)
                self._service.hears(lambda: line.state)
        finally:
            self._publisher.sound_ends()
            self._say(line.finish())
            self._publisher.state(line.state)
            self._station.source_ended()

    def _wait(self, reason: str) -> None:
        """Do, while there is no source, what goes on without."""
        self._publisher.audio(online=False)
        self._tend(self._ears.line)
        self._station.waits(f"waiting for the preamp: {reason}")
        self._service.waits(f"waiting for the preamp: {reason}")

    def _tend(self, line: Line) -> None:
        for request in self._publisher.reception.waiting():
            self._say(obey(request, line, self._publisher, self._keenness))
        state = line.state
        self._publisher.state(state)
        self._publisher.health(self._health)
        self._station.told(self._publisher.side_told)
        self._station.state(state, self._publisher.state_told)
        self._station.health(self._health, self._publisher.health_told)

    def _sounds(self, source: Source) -> bool:
        """Whether what comes from the source can be a record; what else it is is told once."""
        signal = source.signal if isinstance(source, Captures) else "ok"
        if signal != self._signal:
            self._signal = signal
            _log.warning("%s: %s", source.name, SIGNAL_WORDS[signal])
        return signal != "silent"

    def _say(self, said: Iterable[Heard]) -> None:
        for heard in said:
            # The last side that was one stays: a bump, a hum or a preamp turned up is none.
            if isinstance(heard, SideEnded) and not _is_side(heard):
                _log.info("something sounded for %.1f s and was no side", heard.duration_s)
                self._publisher.no_side()
                self._service.no_side()
                continue
            if isinstance(heard, DefectHeard) and heard.event.kind == "capture_glitch":
                self._glitches += 1
            self._publisher.heard(heard)
            self._service.heard(heard)
            self._station.heard(heard)
            self._station.told(self._publisher.side_told)

    def _health(self) -> Health:
        source, inference_s = self._source, self._ears.line.inference_p95_s
        captures = source if isinstance(source, Captures) else None
        return Health(
            capture_glitches=self._glitches,
            overruns=self._overruns + captures.overruns if captures else None,
            overflows=self._overflows + captures.overflows if captures else None,
            # A file comes at any pace.
            sample_rate_hz=self._arrival.hertz if captures else None,
            inference_p95_ms=None if inference_s is None else 1000.0 * inference_s,
            temperature_c=temperature_c(),
            throttled=throttled(),
            device=captures.name if captures else None,
            signal=captures.signal if captures else None,
        )


def _is_side(ended: SideEnded) -> bool:
    """Whether music was heard, or at least defects that wait for their side to be told."""
    return ended.heard_s > 0.0 or (ended.duration_s >= LEAST_SIDE_S and len(ended.events) > 0)


def _side_namer() -> Callable[[], str]:
    """Names for sides, unique over restarts: when the needle went down, this run, and a number.

    The time alone won't do: a box without a battery's clock starts where it was switched off, until
    the network tells it better, and then comes to the same moment again.
    """
    numbers = count(1)
    run = secrets.token_hex(3)
    return lambda: f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{run}-{next(numbers)}"


@contextmanager
def _stopped_by_signals(feed: Feed) -> Iterator[Callable[[], bool]]:
    """Let SIGINT and SIGTERM close the feed, which ends the loop in its own time.

    What is yielded tells whether one came.
    """
    came = []

    def stop(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        _log.info("%s: stopping", signal.Signals(number).name)
        feed.close()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
