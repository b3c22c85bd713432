"""The ways in which Runout comes onto a box: each as shell lines for a root shell there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """How to install, and what becomes of it."""

    name: str
    install: str
    upgrade: str
    remove: str
    purge: str
    left: tuple[str, ...]
    """Where files may stay when it is removed: settings, history, and the packager's own notes"""


_DATA = ("/etc/runout", "/var/lib/runout", "/etc/credstore")
# What pip would fetch, with no network to fetch it by.
_MAKE = "PIP_NO_INDEX=1 PIP_FIND_LINKS=/root/wheels make --silent -C /root/runout"

PACKAGE = Way(
    "package",
    install="dpkg -i /root/runout.deb",
    upgrade="dpkg -i /root/runout.deb",
    remove="dpkg -r runout",
    purge="dpkg -P runout",
    left=(*_DATA, "/var/lib/dpkg/info/runout."),
)
MAKE = Way(
    "make",
    install=f"{_MAKE} install",
    upgrade=f"{_MAKE} upgrade",
    remove=f"{_MAKE} uninstall",
    purge=f"{_MAKE} uninstall PURGE=1",
    left=_DATA,
)
