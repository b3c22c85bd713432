"""The page's own connection to the broker: commands to the box, and what became of them."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Literal

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from runout.config import MqttSettings
from runout.report.mqtt.connection import new_client
from runout.report.mqtt.identity import device_id
from runout.report.mqtt.topics import Topics
from runout.report.payload import Json, Payload, PayloadError

ANSWER_S = 5.0
"""Seconds that the box may take to answer; `calibrate` takes it the longest, under a second"""
MOST_WAITING = 32
"""Commands without an answer at once"""
_AGAIN_S = (1, 60)
"""Seconds between two attempts, from the least to the most"""

Fields = dict[str, Json]


class Broker:
    """From `start` to `stop` within a running event loop."""

    def __init__(self, settings: MqttSettings) -> None:
        """Raises RunoutError where the login or TLS in the settings is wrong in itself."""
        self._host, self._port = settings.host, settings.port
        self._keepalive_s = settings.keepalive_s
        self._topics = Topics(settings.base, device_id(settings.device_id))
        self._up = False
        self._waiting: dict[str, asyncio.Future[Fields]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client = new_client(settings)
        self._client.reconnect_delay_set(*_AGAIN_S)
        self._client.on_connect = self._connected
        self._client.on_disconnect = lambda *_: self._lost()
        self._client.on_message = lambda _client, _data, message: self._heard(message)

    def start(self) -> None:
        """Connect in a thread, now and whenever the broker comes back."""
        self._loop = asyncio.get_running_loop()
        self._client.connect_async(self._host, self._port, self._keepalive_s)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()
        self._loop = None

    def standing(self) -> Fields:
        """How things stand with the broker, for GET /api/health."""
        state: Literal["connected", "away"] = "connected" if self._up else "away"
        return {"state": state, "host": self._host}

    async def send(self, name: str, fields: Mapping[str, Json]) -> Fields:
        """Send a command and return the box's answer (docs/mqtt.md, `cmd/result`).

        Raises TimeoutError where there is none: broker or box are away.
        """
        if not self._up or len(self._waiting) >= MOST_WAITING:
            raise TimeoutError
        command_id = f"page-{secrets.token_hex(8)}"
        answer: asyncio.Future[Fields] = asyncio.get_running_loop().create_future()
        self._waiting[command_id] = answer
        try:
            payload = json.dumps({**fields, "id": command_id})
            self._client.publish(self._topics.command(name), payload, qos=1)
            return await asyncio.wait_for(answer, ANSWER_S)
        finally:
            del self._waiting[command_id]

    # From here on, called by paho's thread.

    def _connected(
        self,
        client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._up = not reason.is_failure
        if self._up:
            client.subscribe(self._topics.result, qos=1)

    def _lost(self) -> None:
        self._up = False

    def _heard(self, message: MQTTMessage) -> None:
        try:
            payload = Payload.from_json(bytes(message.payload))
            command_id = payload.text_or_none("id")
        except PayloadError:  # others may write there as well
            return
        if command_id is not None:
            fields: Fields = json.loads(message.payload)
            self._in_loop(lambda: self._answer(command_id, fields))

    def _in_loop(self, do: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            # A loop that has ended meanwhile has nobody left who waits.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(do)

    def _answer(self, command_id: str, fields: Fields) -> None:
        answer = self._waiting.get(command_id)
        if answer is not None and not answer.done():
            answer.set_result(fields)
