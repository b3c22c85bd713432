"""The one connection to the broker: a thread that keeps it up, and all that paho does in it.

paho is used by this thread alone, so what is said and what is heard need no locks against each
other. Others leave what they want said with the `Talk` and call `wake`.
"""

import select
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Literal

from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTv5,
    MQTTv311,
)
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.report.mqtt.connection import new_client
from runout.report.mqtt.outage import Outage
from runout.report.mqtt.talk import Talk
from runout.report.mqtt.topics import OFFLINE

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

TCP_CONNECT_S = 5.0
"""Seconds for the broker to accept"""
ANSWER_S = 10.0
"""Seconds for it to answer a connection's first packet"""
LARGEST_PACKET = 64 * 1024
"""Bytes that an MQTT 5 broker may send us in one: twice what Home Assistant is told of us"""
AT_ONCE = 10
"""Messages that may wait for the broker's confirmation at once; few brokers take fewer"""
_TICK_S = 0.2
"""Seconds between two looks at what is due, if nothing wakes us before"""
_STUCK_S = 20.0
"""Nothing that the thread does takes so long, but on a disk that hangs"""
_LOGIN_REFUSED = (134, 135)
"""Reason codes 'bad user name or password' and 'not authorized' (MQTT 5, 2.4)"""
_WRONG_PROTOCOL = "Unsupported protocol version"

_Error = OSError | ValueError | RunoutError


class Link:
    """Keeps a connection up from `start` to `stop`."""

    def __init__(
        self, settings: MqttSettings, client_id: str, availability: str, talk: Talk
    ) -> None:
        """`availability` is the topic of the will.

        Raises RunoutError where the login or TLS in the settings is wrong in itself.
        """
        new_client(settings)
        self._settings = settings
        self._client_id = client_id
        self._availability = availability
        self._talk = talk
        self._outage = Outage(f"{settings.host}:{settings.port}")
        self._protocol: MQTTProtocolVersion = MQTTv5
        self._up = False
        self._refusal: ReasonCode | None = None
        self._goodbye = ""
        self._at_once = AT_ONCE
        self._stopping = False
        self._looked_s = time.monotonic()
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        # Its end must not wait for a name server or a dead address.
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    @property
    def up(self) -> bool:
        """Whether the broker has taken us."""
        return self._up

    @property
    def protocol(self) -> MQTTProtocolVersion:
        """MQTT 5, or 3.1.1 once the broker has shown that it has no more."""
        return self._protocol

    @property
    def died(self) -> bool:
        """Whether the thread ended though nobody stopped it: it can't be of use any more."""
        return self._thread.ident is not None and not self._thread.is_alive() and not self._stopping

    @property
    def runs(self) -> bool:
        """Whether the thread does what is left to it."""
        return self._thread.is_alive()

    @property
    def stuck(self) -> bool:
        """Whether the thread has been at one thing for so long that it will hardly come back."""
        return time.monotonic() - self._looked_s > _STUCK_S

    def start(self) -> None:
        """Connect in the background, now and whenever the broker comes back."""
        self._thread.start()

    def wake(self) -> None:
        """Have the thread look at once at what is due. Safe from any thread."""
        try:
            self._bell.send(b"!")
        except OSError:
            return  # it has been rung often enough, or nobody listens any more

    def stop(self) -> None:
        """Say the last words and disconnect."""
        self._stopping = True
        self.wake()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            # Without a broker in the settings there is nobody to look for.
            again_at = time.monotonic() + (self._attempt() if self._settings.host else _TICK_S)
            while not self._stopping and time.monotonic() < again_at:
                self._talk.step(None)
                self._sleep(again_at - time.monotonic())
        self._ear.close()

    def _attempt(self) -> float:
        """Connect and serve the connection to its end; return the seconds until the next try."""
        started_with = self._protocol
        error = self._connection(started_with)
        if self._refused_protocol(started_with, error):
            # A broker without MQTT 5 says so (mosquitto before 1.6), or just hangs up (rumqttd).
            # 3.1.1 answered, we remember for as long as we run; else it was something else.
            self._protocol = MQTTv311
            error = self._connection(MQTTv311)
            if self._was_up:
                return self._trouble(None)
            self._protocol = MQTTv5
        return self._trouble(error)

    def _refused_protocol(self, protocol: MQTTProtocolVersion, error: _Error | None) -> bool:
        if protocol != MQTTv5 or self._was_up or self._stopping or error is not None:
            return False
        if self._refusal is not None:
            return str(self._refusal) == _WRONG_PROTOCOL
        return self._hung_up

    def _trouble(self, error: _Error | None) -> float:
        if self._stopping:
            return 0.0
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._outage.trouble(
                "refused", f"isn't trusted ({error.verify_message}); see mqtt.ca_file"
            )
        if error is not None:
            reason = getattr(error, "strerror", None) or error
            return self._outage.trouble("away", f"can't be reached ({reason})")
        if self._refusal is not None:
            words = str(self._refusal)
            if self._refusal.value in _LOGIN_REFUSED:
                words += "; see mqtt.username and mqtt.password_file"
            return self._outage.trouble("refused", f"refused us ({words})")
        if self._was_up:
            why = f" ({self._goodbye})" if self._goodbye else ""
            return self._outage.trouble("away", f"the connection was lost{why}")
        return self._outage.trouble("away", "doesn't answer as an MQTT broker")

    def _connection(self, protocol: MQTTProtocolVersion) -> _Error | None:
        """One connection from beginning to end; what kept it from beginning, if anything did."""
        self._was_up = self._hung_up = False
        self._refusal = None
        self._goodbye = ""
        # A new client each time: what an old one left unsaid must not go out after what is new.
        # A name of our own rather than a made-up one: when we come back while the broker still
        # holds our dead connection, it drops that one, and its late will can't contradict us.
        try:
            client = new_client(self._settings, self._client_id, protocol)
        except RunoutError as unusable:  # the password or a certificate is being changed
            return unusable
        client.connect_timeout = TCP_CONNECT_S
        client.max_inflight_messages_set(self._at_once)
        client.will_set(self._availability, OFFLINE, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = lambda _client, _data, message: self._talk.message(message)
        client.on_subscribe = lambda _client, _data, _mid, said, _: self._talk.subscribed(said)
        client.on_publish = lambda _client, _data, mid, reason, _: self._talk.confirmed(mid, reason)
        error = self._connect(client, protocol)
        if error is None and not self._stopping:
            self._serve(client)
        self._up = False
        if self._was_up:
            self._talk.lost()
        return error

    def _connect(self, client: Client, protocol: MQTTProtocolVersion) -> _Error | None:
        """Connect, and go on doing what is due: a name server can take half a minute."""
        properties = None
        if protocol == MQTTv5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.MaximumPacketSize = LARGEST_PACKET
        errors: list[_Error] = []

        def connect() -> None:
            host, port = self._settings.host, self._settings.port
            try:
                client.connect(host, port, self._settings.keepalive_s, properties=properties)
            except (OSError, ValueError) as error:  # ValueError: a name that can't be looked up
                errors.append(error)
            self.wake()

        thread = threading.Thread(target=connect, name="mqtt-connect", daemon=True)
        thread.start()
        while thread.is_alive() and not self._stopping:
            self._talk.step(None)
            self._sleep(_TICK_S)
        return errors[0] if errors else None

    def _serve(self, client: Client) -> None:
        answer_by = time.monotonic() + ANSWER_S
        word: Literal["wait", "left", "cut"] = "wait"
        while client.socket() is not None:
            of_use = True
            if not self._stopping:
                of_use = self._talk.step(client if self._up else None)
            elif word == "wait":
                word = self._talk.leave(client) if self._up else "cut"
                if word == "left":
                    client.disconnect()
            connection = client.socket()
            if connection is None:  # it broke while we were writing
                return
            if not of_use:
                self._goodbye = "it confirms nothing"
            if not of_use or word == "cut" or (not self._up and time.monotonic() > answer_by):
                # Without a DISCONNECT, so that the broker says our will.
                connection.close()
                return
            self._exchange(client, connection)

    def _exchange(self, client: Client, connection: "SocketLike") -> None:
        """Wait until there is something to read or write, or a while, and do that."""
        self._looked_s = time.monotonic()
        writing = [connection] if client.want_write() else []
        # What TLS has decrypted already shows in no select.
        pending = isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
        readable, writable, _ = select.select(
            [connection, self._ear], writing, [], 0.0 if pending else _TICK_S
        )
        if self._ear in readable:
            self._hush()
        if connection in readable or pending:
            client.loop_read()
        if connection in writable and client.socket() is connection:
            client.loop_write()
        client.loop_misc()

    def _sleep(self, seconds: float) -> None:
        self._looked_s = time.monotonic()
        readable, _, _ = select.select([self._ear], [], [], min(max(seconds, 0.0), _TICK_S))
        if readable:
            self._hush()

    def _hush(self) -> None:
        self._ear.recv(4096)

    def _on_connect(
        self,
        client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refusal = reason
            return
        # paho itself heeds neither (MQTT 5, 3.2.2.3), and takes the first before it connects only:
        # where we say too much the broker hangs up, and the next connection knows better.
        self._at_once = min(AT_ONCE, getattr(properties, "ReceiveMaximum", AT_ONCE))
        self._talk.connected(client, getattr(properties, "MaximumPacketSize", None))
        self._up = self._was_up = True
        self._outage.over()

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._hung_up = True
        if flags.is_disconnect_packet_from_server:
            self._goodbye = str(reason)
