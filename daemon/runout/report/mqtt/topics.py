"""Where on the broker each thing is said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one box; `base` and `device_id` are as valid as the settings made them."""

    base: str
    device_id: str

    @property
    def availability(self) -> str:
        """Whether the daemon is there."""
        return self._topic("availability")

    @property
    def audio_availability(self) -> str:
        """Whether sound arrives from the preamp."""
        return self._topic("audio/availability")

    @property
    def state(self) -> str:
        """The live sensors."""
        return self._topic("state")

    @property
    def event(self) -> str:
        """The defects."""
        return self._topic("event")

    @property
    def side(self) -> str:
        """The last finished side."""
        return self._topic("side")

    def _topic(self, leaf: str) -> str:
        return f"{self.base}/{self.device_id}/{leaf}"


ONLINE = "online"
OFFLINE = "offline"
