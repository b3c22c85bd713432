"""A PortAudio that lists devices and can do no more."""

from typing import Any


class FakePortAudio:
    """Its devices are name, channels and default rate in hertz; the first is the default."""

    def __init__(self, *devices: tuple[str, int, float]) -> None:
        self._devices = devices

    def get_device_count(self) -> int:
        return len(self._devices)

    def get_device_info_by_index(self, index: int) -> dict[str, Any]:
        name, channels, rate = self._devices[index]
        return {
            "index": index,
            "name": name,
            "maxInputChannels": channels,
            "defaultSampleRate": rate,
        }

    def get_default_input_device_info(self) -> dict[str, Any]:
        return self.get_device_info_by_index(0)

    def terminate(self) -> None:
        pass
