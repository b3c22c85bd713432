"""How many connections are taken, in all and of each neighbour, before they have said a word."""

import ipaddress
import resource
import socket
import weakref
from typing import Any

MOST_AT_ONCE = 512
"""Connections; whoever comes then is hung up on"""
MOST_EACH = 32
"""Of one neighbour: five browsers of six connections behind one address"""
_IPV6_NEIGHBOUR = 64
"""Bits of an address that tell one neighbour from another: RFC 4291, section 2.5.4, leaves the rest
to each host"""


class Gate(socket.socket):
    """A listening socket that hangs up on whoever has enough connections already.

    Who is on this box, a proxy in front of it included, is bounded by MOST_AT_ONCE alone.
    """

    def __init__(self, family: socket.AddressFamily) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._taken: list[tuple[weakref.ref[socket.socket], str]] = []
        # Each connection is an open file; others are needed for what it asks for.
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = MOST_AT_ONCE if soft < 0 else min(MOST_AT_ONCE, soft // 2)

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection; raise ConnectionAbortedError where it is hung up on."""
        connection, address = super().accept()
        who = neighbour(str(address[0]))
        self._taken = [(one, whose) for one, whose in self._taken if _is_open(one)]
        each = sum(whose == who for _, whose in self._taken)
        if len(self._taken) >= self._most or (each >= MOST_EACH and not _is_loopback(who)):
            connection.close()
            raise ConnectionAbortedError("too many connections")
        self._taken.append((weakref.ref(connection), who))
        return connection, address


def neighbour(address: str) -> str:
    """Return whose an address is: of IPv6 its network, of which one host has all."""
    bare = ipaddress.ip_address(address.split("%")[0])
    if isinstance(bare, ipaddress.IPv4Address):
        return str(bare)
    if bare.ipv4_mapped is not None:
        return str(bare.ipv4_mapped)
    if bare.is_loopback or bare.is_link_local:  # which all hosts share
        return str(bare)
    return str(ipaddress.ip_network((bare, _IPV6_NEIGHBOUR), strict=False))


def _is_loopback(who: str) -> bool:
    return "/" not in who and ipaddress.ip_address(who).is_loopback


def _is_open(one: weakref.ref[socket.socket]) -> bool:
    connection = one()
    return connection is not None and connection.fileno() >= 0
