"""The capture devices that PortAudio knows, and what each is."""

import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from runout.errors import RunoutError
from runout.quiet import quiet_stderr
from runout.source.usb import SYSFS, Usb, usb_of_card

if TYPE_CHECKING:
    from pyaudio import PyAudio

# ALSA's number of the card, which changes with the order in which cards were found.
_CARD = re.compile(r" *\(hw:(\d+),\d+\)")


@dataclass(frozen=True, slots=True)
class Device:
    """A device that sound can be captured from."""

    index: int
    """PortAudio's number; it may change whenever a device is plugged in"""
    name: str
    channels: int
    """How many it can capture at most"""
    sample_rate: int
    """Hertz, the device's default"""
    usb: Usb | None = None
    """What it is on USB; None where it isn't on USB"""

    @property
    def lasting_name(self) -> str:
        """Its name without the card's number, which another restart may change."""
        return _CARD.sub("", self.name)


def list_devices(sysfs: Path = SYSFS) -> list[Device]:
    """Every device that can capture, in PortAudio's order."""
    audio = open_port_audio()
    try:
        return capture_devices(audio, sysfs)
    finally:
        audio.terminate()


def import_pyaudio() -> ModuleType:
    """PyAudio, asked for only here: a box that listens to files alone has no PortAudio.

    Raises RunoutError where it isn't installed.
    """
    try:
        import pyaudio
    except ImportError as error:
        raise RunoutError(
            "capture needs PyAudio: sudo apt-get install portaudio19-dev gcc python3-dev, "
            "then .venv/bin/pip install -e '.[capture]' in the checkout"
        ) from error
    return pyaudio  # type: ignore[no-any-return]  # it has no type hints


def open_port_audio() -> "PyAudio":
    """Start PortAudio, which looks for devices only then; its terminate() ends it.

    Raises RunoutError where PyAudio is missing.
    """
    pyaudio = import_pyaudio()
    # ALSA complains of each device that isn't there.
    with quiet_stderr():
        return pyaudio.PyAudio()


def capture_devices(audio: "PyAudio", sysfs: Path = SYSFS) -> list[Device]:
    """Every device of a running PortAudio that can capture."""
    every = (audio.get_device_info_by_index(index) for index in range(audio.get_device_count()))
    return [_device(info, sysfs) for info in every if info["maxInputChannels"] > 0]


def default_index(audio: "PyAudio") -> int | None:
    """The number of a running PortAudio's default input; None where there is none."""
    try:
        return int(audio.get_default_input_device_info()["index"])
    except OSError:
        return None


def _device(info: "dict[str, str | int | float]", sysfs: Path) -> Device:
    name = str(info["name"])
    card = _CARD.search(name)
    return Device(
        index=int(info["index"]),
        name=name,
        channels=int(info["maxInputChannels"]),
        sample_rate=round(float(info["defaultSampleRate"])),
        usb=None if card is None else usb_of_card(int(card[1]), sysfs),
    )
