"""Real brokers on free ports of the loopback, and a client that writes down what it hears."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import iotcore
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(holds: Callable[[], bool], timeout_s: float = 8.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Broker(Protocol):
    """A broker that can be stopped and started again on the same port."""

    port: int

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Iotcore:
    def __init__(self) -> None:
        self.port = free_port()
        self._broker = iotcore.Broker(port=self.port, listen="127.0.0.1")

    def start(self) -> None:
        self._broker.start()

    def stop(self) -> None:
        self._broker.stop()


class Mosquitto:
    """Debian's, with a configuration of ours; it keeps nothing over a restart."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        user = ["user root"] if os.geteuid() == 0 else []
        lines = lines or ("allow_anonymous true",)
        self._config.write_text(
            "\n".join([f"listener {self.port} 127.0.0.1", "persistence false", *user, *lines])
            + "\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._process = subprocess.Popen(
            [command, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._listens)

    def stop(self) -> None:
        if self._process is not None:
            # A frozen one must thaw before it can end.
            self.thaw()
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
        self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        return False


@dataclass(frozen=True)
class Message:
    topic: str
    payload: str
    qos: int
    retained: bool


class Recorder:
    """Subscribes to everything, and keeps it in order."""

    def __init__(self, port: int, username: str = "", password: str = "") -> None:
        self.messages: list[Message] = []
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        if username:
            self._client.username_pw_set(username, password)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._note
        self._client.connect("127.0.0.1", port)

    def __enter__(self) -> Self:
        self._client.loop_start()
        assert self._subscribed.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def of(self, leaf: str) -> list[Message]:
        return [message for message in self.messages if message.topic.endswith("/box/" + leaf)]

    def said(self, leaf: str) -> list[str]:
        return [message.payload for message in self.of(leaf)]

    def publish(self, topic: str, payload: str | bytes, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)

    def _note(self, _client: object, _data: object, message: MQTTMessage) -> None:
        self.messages.append(
            Message(
                message.topic,
                message.payload.decode(errors="replace"),
                message.qos,
                bool(message.retain),
            )
        )
