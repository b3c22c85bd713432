"""A broker of a few lines that can be as unkind as no real one can be told to be: MQTT 5 alone."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self

_CONNACK, _PUBACK, _SUBACK, _PINGRESP = 0x20, 0x40, 0x90, 0xD0

Answer = Callable[[str, str], int | None]


class HangUpError(Exception):
    """Raised by an answer: close the connection."""


class Moody:
    """Takes one client after the other; `answer(topic, payload)` gives the reason code of each
    PUBACK, or None for silence."""

    def __init__(self, answer: Answer, properties: bytes = b"") -> None:
        """`properties`: of the CONNACK, encoded."""
        self._answer = answer
        self._properties = properties
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.got: list[tuple[str, str]] = []
        """Topic and payload of what was confirmed with success"""
        self.connections = 0
        self._over = False
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # The thread may be in accept(), which only a client ends.
        self._over = True
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._over:
            connection, _ = self._listener.accept()
            with connection, contextlib.suppress(OSError, HangUpError, EOFError):
                connection.settimeout(0.05)
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        while not self._over:
            kind, body = self._packet(connection)
            match kind >> 4:
                case 1:  # CONNECT
                    self.connections += 1
                    said = bytes((0, 0, len(self._properties))) + self._properties
                    connection.sendall(bytes((_CONNACK, len(said))) + said)
                case 3:  # PUBLISH
                    self._published(connection, kind, body)
                case 8:  # SUBSCRIBE
                    said = body[:2] + b"\0" + b"\1" * _filters(body[3:])
                    connection.sendall(bytes((_SUBACK, len(said))) + said)
                case 12:  # PINGREQ
                    connection.sendall(bytes((_PINGRESP, 0)))
                case 14:  # DISCONNECT
                    return

    def _published(self, connection: socket.socket, kind: int, body: bytes) -> None:
        end = 2 + int.from_bytes(body[:2], "big")
        topic, rest = body[2:end].decode(), body[end:]
        if not kind & 0b110:
            return
        # No publisher of ours sends properties.
        mid, payload = rest[:2], rest[3:].decode()
        reason = self._answer(topic, payload)
        if reason is None:
            return
        if reason == 0:
            self.got.append((topic, payload))
        connection.sendall(bytes((_PUBACK, 3)) + mid + bytes((reason,)))

    def _packet(self, connection: socket.socket) -> tuple[int, bytes]:
        kind = self._exactly(connection, 1)[0]
        length, shift = 0, 0
        while True:
            byte = self._exactly(connection, 1)[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return kind, self._exactly(connection, length)

    def _exactly(self, connection: socket.socket, size: int) -> bytes:
        got = b""
        while len(got) < size:
            if self._over:
                raise EOFError
            with contextlib.suppress(TimeoutError):
                more = connection.recv(size - len(got))
                if not more:
                    raise EOFError
                got += more
        return got


def _filters(body: bytes) -> int:
    count = 0
    while body:
        body = body[2 + int.from_bytes(body[:2], "big") + 1 :]
        count += 1
    return count
