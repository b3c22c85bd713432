"""Where on the broker each thing is said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one box; `base` and `device_id` are as valid as the settings made them."""

    base: str
    device_id: str

    @property
    def box(self) -> str:
        """What all of them begin with."""
        return f"{self.base}/{self.device_id}"

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

    @property
    def trigger(self) -> str:
        """A plain word at the moment it is heard, for automations; never retained, never late."""
        return self._topic("trigger")

    @property
    def health(self) -> str:
        """How the box itself is."""
        return self._topic("health")

    def command(self, name: str) -> str:
        """Where the box is told to do something."""
        return self._topic(f"cmd/{name}")

    @property
    def result(self) -> str:
        """What became of a command."""
        return self._topic("cmd/result")

    def _topic(self, leaf: str) -> str:
        return f"{self.box}/{leaf}"


ONLINE = "online"
OFFLINE = "offline"
