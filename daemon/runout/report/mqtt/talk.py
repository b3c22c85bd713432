"""What the link asks of whoever talks over it."""

from collections.abc import Sequence
from typing import Literal, Protocol

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.reasoncodes import ReasonCode


class Talk(Protocol):
    """What is said and heard on the connection; all of it called by the link's thread."""

    def connected(self, client: Client, largest: int | None) -> None:
        """A fresh connection: say how things stand, and subscribe.

        A packet may have `largest` bytes at most, if that isn't None.
        """

    def subscribed(self, reasons: Sequence[ReasonCode]) -> None:
        """The broker has what we subscribed to on this connection, or says why it won't."""

    def lost(self) -> None:
        """The connection has gone; what isn't confirmed must be said again."""

    def message(self, message: MQTTMessage) -> None:
        """Take what was heard."""

    def confirmed(self, mid: int, reason: ReasonCode) -> None:
        """The broker has message `mid`, or says why it won't."""

    def step(self, client: Client | None) -> bool:
        """Do what is due, a few times a second; `client` is None while there is no broker.

        Returns whether the connection is of any use.
        """

    def leave(self, client: Client) -> Literal["wait", "left", "cut"]:
        """Say the last words; `left` once the broker has them, `cut` when that takes too long.

        Called until it is one of these.
        """
