"""Says over MQTT what is heard, whether or not a broker is there to hear it."""

import contextlib
import logging
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from runout.config import MqttSettings
from runout.report import messages
from runout.report.mqtt.connection import new_client
from runout.report.mqtt.identity import device_id
from runout.report.mqtt.outage import Outage, Trouble
from runout.report.mqtt.rate import EventRate
from runout.report.mqtt.topics import OFFLINE, ONLINE, Topics
from runout.side.side import DefectHeard, Heard, LiveState, SideEnded, SidePhase, SideStarted
from runout.side.tracks import PartName

STATE_WHILE_PLAYING_S = 5.0
"""Seconds between states while a side plays"""
STATE_WHILE_IDLE_S = 60.0
"""Seconds between states while none does"""
QUEUE_EVENTS = 1000
"""Events kept while the broker is away, about 500 kB: minutes of the worst record"""
STOP_S = 5.0
"""Seconds that a clean stop waits for the broker to take the last word"""
TCP_CONNECT_S = 5.0
"""Seconds for the broker to accept; also the longest that a stop may wait for a dead address"""
_POLL_S = 0.05
_LOGIN_REFUSED = (134, 135)
"""Reason codes 'bad user name or password' and 'not authorized'"""

_log = logging.getLogger(__name__)


class Publisher:
    """Publishes on <base>/<device_id>/... from `start` to `stop`.

    All methods are for one thread, and none but `stop` waits for the broker.
    """

    def __init__(
        self,
        settings: MqttSettings,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the settings, whose `host` must be set.

        Raises RunoutError where the login in them is wrong in itself.
        """
        self.topics = Topics(settings.base, device_id(settings.device_id))
        self.events_dropped = 0
        """Events that never went out: too many a second, or too many while the broker was away"""
        self._clock = clock
        self._now = now
        self._host, self._port = settings.host, settings.port
        self._keepalive_s = settings.keepalive_s
        self._outage = Outage(f"{settings.host}:{settings.port}", clock)
        self._rate = EventRate()
        self._side_started_at: datetime | None = None
        self._state_due_s = clock()
        self._state_said: tuple[SidePhase, PartName, str | None] | None = None

        # A fresh connection says at once how things stand, on the network's thread. So these, and
        # publishing, are under the lock: an older word must not go out after a newer one.
        self._lock = threading.Lock()
        self._running = False
        self._connected = False
        self._audio = OFFLINE
        self._side: str | None = None
        self._events_waiting: deque[str] = deque(maxlen=QUEUE_EVENTS)

        # A name of our own rather than a made-up one: when we come back while the broker still
        # holds our dead connection, it drops that one, and its late will can't contradict us.
        self._client = new_client(settings, f"runout-{self.topics.device_id}")
        self._client.connect_timeout = TCP_CONNECT_S
        self._client.will_set(self.topics.availability, OFFLINE, qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._refusal: str | None = None

    def start(self) -> None:
        """Connect in the background, now and whenever the broker comes back."""
        self._running = True
        self._client.connect_async(self._host, self._port, self._keepalive_s)
        self._client.loop_start()

    def wait_until_connected(self, seconds: float) -> bool:
        """Wait for the broker: for a sound that can wait, which a record can't."""
        deadline = time.monotonic() + seconds
        while not self._connected and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        return self._connected

    def audio(self, online: bool) -> None:
        """Say whether sound arrives from the preamp; the same word twice is said once."""
        word = ONLINE if online else OFFLINE
        with self._lock:
            if word == self._audio:
                return
            self._audio = word
            if self._connected:
                self._retain(self.topics.audio_availability, word)

    def heard(self, heard: Heard) -> None:
        """Say what was heard: a defect at once, a side when it has ended."""
        match heard:
            case SideStarted():
                self._side_started_at = self._now()
            case DefectHeard():
                self._say_event(heard)
            case SideEnded():
                self._say_side(heard)

    def state(self, state: LiveState) -> None:
        """Take the live sensors after each block; they go out when due and as a phase changes."""
        now = self._clock()
        said = (state.phase, state.part, state.side_id)
        if not self._running or (now < self._state_due_s and said == self._state_said):
            return
        # paho's thread, should it ever crash, would leave us mute for good.
        if self._client.loop_start() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            _log.error("MQTT: the network thread had died and was started again")
            self._state_due_s = now + STATE_WHILE_PLAYING_S
        if not self._connected:
            return
        payload = messages.to_json(messages.state_payload(state))
        self._client.publish(self.topics.state, payload, qos=0, retain=True)
        self._state_said = said
        idle = state.phase == "idle"
        self._state_due_s = now + (STATE_WHILE_IDLE_S if idle else STATE_WHILE_PLAYING_S)

    def stop(self) -> None:
        """Say offline, wait until the broker has it, and disconnect; a few seconds at most."""
        last_word = None
        with self._lock:
            self._running = False
            if self._connected:
                self._retain(self.topics.availability, OFFLINE)
                last_word = self._retain(self.topics.audio_availability, OFFLINE)
        if last_word is not None and self._arrived(last_word):
            self._client.disconnect()
        else:
            # Cut without a DISCONNECT, so that the broker says our will, which is the same.
            connection = self._client.socket()
            if isinstance(connection, socket.socket):
                with contextlib.suppress(OSError):  # the other side was faster
                    connection.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()

    def _arrived(self, sent: MQTTMessageInfo) -> bool:
        deadline = time.monotonic() + STOP_S
        try:
            while self._connected and not sent.is_published() and time.monotonic() < deadline:
                sent.wait_for_publish(_POLL_S)
            return sent.is_published()
        except RuntimeError:  # paho's word for a connection that went before it was sent
            return False

    def _say_event(self, heard: DefectHeard) -> None:
        if not self._rate.allows(heard, self._clock()):
            self.events_dropped += 1
            return
        payload = messages.to_json(messages.event_payload(heard, self._now()))
        with self._lock:
            if self._connected:
                self._client.publish(self.topics.event, payload, qos=1)
            else:
                # The oldest makes room for it.
                self.events_dropped += len(self._events_waiting) == QUEUE_EVENTS
                self._events_waiting.append(payload)

    def _say_side(self, side: SideEnded) -> None:
        self._rate.forget_episodes()
        started_at = self._side_started_at or self._now() - timedelta(seconds=side.duration_s)
        self._side_started_at = None
        payload = messages.to_json(messages.side_payload(side, started_at))
        with self._lock:
            self._side = payload
            if self._connected:
                self._retain(self.topics.side, payload)

    def _retain(self, topic: str, payload: str) -> MQTTMessageInfo:
        return self._client.publish(topic, payload, qos=1, retain=True)

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
            if reason.value in _LOGIN_REFUSED:
                self._refusal += "; see mqtt.username and mqtt.password_file"
            return
        with self._lock:
            if not self._running:
                client.disconnect()
                return
            self._connected = True
            # paho would repeat all that the broker hasn't confirmed, after what is said here: an
            # old retained word would then stand for good. So only the events are said again.
            unconfirmed = client.drop_out_messages()
            self._retain(self.topics.audio_availability, self._audio)
            self._retain(self.topics.availability, ONLINE)
            events = [m.payload for m in unconfirmed if m.topic == self.topics.event]
            for payload in (*events, *self._events_waiting):
                client.publish(self.topics.event, payload, qos=1)
            self._events_waiting.clear()
            # Said again even if confirmed: a broker that restarted may have forgotten it.
            if self._side is not None:
                self._retain(self.topics.side, self._side)
        self._state_due_s = self._clock()
        self._outage.over()

    def _on_connect_fail(self, _client: Client, _data: object) -> None:
        if not self._running:
            return
        # paho calls this while it handles the error, and doesn't hand it over.
        error = sys.exception()
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        self._wait_for_broker("away", f"can't be reached ({reason})")

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        # Without the lock: paho may hold a lock of its own here that publishing needs.
        was_connected, self._connected = self._connected, False
        refusal, self._refusal = self._refusal, None
        if not self._running:
            return
        if refusal is not None:
            self._wait_for_broker("refused", f"refused us ({refusal})")
        elif was_connected:
            self._wait_for_broker("away", "the connection was lost")
        else:
            self._wait_for_broker("away", "doesn't answer as an MQTT broker")

    def _wait_for_broker(self, trouble: Trouble, reason: str) -> None:
        # paho's own back-off has no jitter, so each wait is set as it comes.
        wait_s = self._outage.trouble(trouble, reason)
        self._client.reconnect_delay_set(wait_s, wait_s)
