"""The page's end of the sockets, as a test holds it."""

import json
import socket


class Page:
    """Bound to a socket as the page's service is."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(path))

    def heard(self):
        """All that has come since the last time."""
        said = []
        while True:
            try:
                said.append(json.loads(self._socket.recv(1 << 20)))
            except BlockingIOError:
                return said

    def kinds(self):
        return [word["type"] for word in self.heard()]

    def die(self):
        """As by kill -9: the socket's file stays."""
        self._socket.close()
