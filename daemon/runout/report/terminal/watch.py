"""Listens at a broker as any client would, and prints what boxes say."""

import contextlib
import math
import signal
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self, TextIO

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.report.mqtt.connection import new_client
from runout.report.payload import printable
from runout.report.terminal.narrator import Narrator
from runout.report.terminal.style import Style

CONNECT_S = 5.0
"""Seconds for the broker to take us and our subscription"""
RETRY_S = 2.0
"""Seconds between attempts when the broker went away: somebody is looking on"""
LAST_WORD_S = 10.0
"""Seconds that a box may take from Ctrl-C to its offline"""
WILL_S = 1.0
"""Seconds that the broker may take from a box's death to its will"""
MOST_BOXES = 64
"""Boxes told apart; a broker can carry any number of names"""
_POLL_S = 0.2


class Watch:
    """A subscription, from `with` to its end, printed in the voice of a `Narrator` a box."""

    def __init__(self, settings: MqttSettings, out: TextIO, device_id: str = "") -> None:
        """Watch one box, or with an empty `device_id` all that there are.

        Raises RunoutError where the login in the settings is wrong in itself.
        """
        self._settings = settings
        self._out = out
        self._style = Style.of(out)
        self._device_id = device_id
        self._narrators: dict[str, Narrator] = {}
        self._metering = False
        self._subscribed = False
        self._refusal: str | None = None
        self._client = new_client(settings)
        self._client.connect_timeout = CONNECT_S
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    @property
    def sides(self) -> int:
        """Sides that played and ended, and were graded or not, while we watched."""
        return sum(narrator.sides for narrator in self._narrators.values())

    def __enter__(self) -> Self:
        """Connect and subscribe; nothing said from now on is missed. Raises RunoutError."""
        host, port = self._settings.host, self._settings.port
        try:
            self._client.connect(host, port, self._settings.keepalive_s)
        except OSError as error:
            reason = error.strerror or error
            raise RunoutError(f"no MQTT broker at {host}:{port}: {reason}") from error
        deadline = time.monotonic() + CONNECT_S
        while not self._subscribed:
            lost = self._client.loop(_POLL_S) != MQTTErrorCode.MQTT_ERR_SUCCESS
            if self._refusal is not None:
                raise RunoutError(f"MQTT broker {host}:{port} refused us: {self._refusal}")
            if lost or time.monotonic() > deadline:
                raise RunoutError(f"{host}:{port} doesn't answer as an MQTT broker")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        if self._metering:
            self._write("\n")
        self._client.disconnect()
        self._client.loop(_POLL_S)

    def until_offline(self, alive: Callable[[], bool]) -> bool:
        """Print until the box says offline; True if it did, False if it died without a word.

        `alive` tells whether its process runs. Ctrl-C reaches that process as well: the first one
        waits for its last word, the second ends at once. For the main thread only.
        """
        give_up_at = math.inf
        with _interrupts() as interrupts:
            while not any(narrator.gone for narrator in self._narrators.values()):
                if len(interrupts) == 1:
                    give_up_at = min(give_up_at, time.monotonic() + LAST_WORD_S)
                elif not alive():
                    give_up_at = min(give_up_at, time.monotonic() + WILL_S)
                if len(interrupts) > 1 or time.monotonic() > give_up_at:
                    return False
                self._step()
        return True

    def until_interrupted(self) -> None:
        """Print until Ctrl-C. For the main thread only."""
        with _interrupts() as interrupts:
            while not interrupts:
                self._step()

    def _step(self) -> None:
        if self._client.loop(_POLL_S) == MQTTErrorCode.MQTT_ERR_SUCCESS:
            return
        if self._subscribed:
            self._say("  the broker has gone; trying again")
            self._subscribed = False
        time.sleep(RETRY_S)
        with contextlib.suppress(OSError):
            self._client.reconnect()

    def _on_connect(
        self,
        client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
        else:
            client.subscribe(f"{self._settings.base}/{self._device_id or '+'}/#", qos=1)

    def _on_subscribe(
        self,
        _client: Client,
        _data: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._refusal = "may not subscribe"
        else:
            self._subscribed = True

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        # The subscription lets nothing else through than <base>/<device>/<leaf>.
        try:
            topic = message.topic
        except UnicodeDecodeError:  # not every broker refuses it
            return
        device_id, _, leaf = topic[len(self._settings.base) + 1 :].partition("/")
        narrator = self._narrators.get(device_id)
        if narrator is None:
            if len(self._narrators) == MOST_BOXES:
                return
            prefix = "" if self._device_id else f"{printable(device_id)} "
            narrator = Narrator(
                self._style, lambda line: self._say(prefix + line), self._show_meter
            )
            self._narrators[device_id] = narrator
        narrator.message(leaf, bytes(message.payload), message.retain)

    def _say(self, line: str) -> None:
        self._write(("\r\x1b[2K" if self._metering else "") + line + "\n")
        self._metering = False

    def _show_meter(self, line: str) -> None:
        # Only a terminal can take a line back, and two boxes can't share one.
        if self._out.isatty() and self._device_id:
            self._write("\r\x1b[2K" + line[: self._style.columns - 1])
            self._metering = True

    def _write(self, text: str) -> None:
        # What others send may not fit the terminal's letters.
        encoding = self._out.encoding or "ascii"
        self._out.write(text.encode(encoding, "replace").decode(encoding))
        self._out.flush()


@contextlib.contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collect Ctrl-C in a list rather than be torn out of a message that is being read."""
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: caught.append(number))
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, before)


def watch(settings: MqttSettings, out: TextIO, device_id: str = "") -> int:
    """Print what boxes say until Ctrl-C; return the exit status. Raises RunoutError."""
    with Watch(settings, out, device_id) as subscription:
        subscription.until_interrupted()
    return 0
