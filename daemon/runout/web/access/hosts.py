"""By which names the page may be asked for, and by whose pages."""

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from runout.config import WebSettings


class Hosts:
    """The names of this box.

    A page of somebody else's whose name is made to point here (DNS rebinding) still asks for that
    name. An address can't be made to be another's, so every address is ours.
    """

    def __init__(self, settings: WebSettings) -> None:
        own = socket.gethostname().split(".")[0]
        given = (name.strip() for name in settings.hosts.split(","))
        names = ("localhost", settings.host, own, f"{own}.local", socket.getfqdn(), *given)
        self._names = {_bare(name) for name in names if name}

    def know(self, host: str) -> bool:
        """Tell whether a Host header names us."""
        name = _name(host)
        return name is not None and (name in self._names or _is_address(name))


def same_origin(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request that changes something comes from our own page, or from no page.

    By Fetch Metadata where the browser tells it, else by Origin, which every browser sends with
    what changes something; programs send neither.
    """
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or _netloc(origin) == headers.get("host", "").lower()


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        # Whatever is more than a name and a port is none of a browser's.
        if parts.netloc != host or "@" in host or (parts.port is not None and parts.port < 1):
            return None
        return None if parts.hostname is None else _bare(parts.hostname)
    except ValueError:
        return None


def _bare(name: str) -> str:
    return name.lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
