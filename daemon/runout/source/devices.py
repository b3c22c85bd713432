"""The capture devices that PortAudio knows, and how one is found among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from runout.errors import RunoutError
from runout.quiet import quiet_stderr

if TYPE_CHECKING:
    from pyaudio import PyAudio


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


def list_devices() -> list[Device]:
    """Every device that can capture, in PortAudio's order."""
    audio = open_port_audio()
    try:
        return capture_devices(audio)
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
            "capture needs PyAudio: sudo apt-get install portaudio19-dev, "
            "then pip install 'runout[capture]'"
        ) from error
    return pyaudio  # type: ignore[no-any-return]  # it has no type hints


def open_port_audio() -> "PyAudio":
    """Start PortAudio; its terminate() ends it. Raises RunoutError where PyAudio is missing."""
    pyaudio = import_pyaudio()
    # ALSA complains of each device that isn't there.
    with quiet_stderr():
        return pyaudio.PyAudio()


def capture_devices(audio: "PyAudio") -> list[Device]:
    """Every device of a running PortAudio that can capture."""
    every = (audio.get_device_info_by_index(index) for index in range(audio.get_device_count()))
    return [_device(info) for info in every if info["maxInputChannels"] > 0]


def default_device(audio: "PyAudio") -> Device:
    """The default input of a running PortAudio; raises RunoutError where there is none."""
    try:
        return _device(audio.get_default_input_device_info())
    except OSError as error:
        raise RunoutError(f"no default capture device; {_known(capture_devices(audio))}") from error


def find_device(devices: Sequence[Device], wanted: str) -> Device:
    """The device whose name is `wanted`, or whose index, or the one with `wanted` in its name.

    Case doesn't count. Raises RunoutError, naming the devices, where none fits or several do.
    """
    folded = wanted.casefold()
    for fits in (
        [device for device in devices if device.name.casefold() == folded],
        [device for device in devices if str(device.index) == wanted],
        [device for device in devices if folded in device.name.casefold()],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise RunoutError(f"several capture devices are called '{wanted}'; {_known(fits)}")
    raise RunoutError(f"no capture device is called '{wanted}'; {_known(devices)}")


def _device(info: "dict[str, str | int | float]") -> Device:
    return Device(
        index=int(info["index"]),
        name=str(info["name"]),
        channels=int(info["maxInputChannels"]),
        sample_rate=round(float(info["defaultSampleRate"])),
    )


def _known(devices: Sequence[Device]) -> str:
    if not devices:
        return "there is none; is the preamp plugged in?"
    return "there are: " + ", ".join(f"'{device.name}' ({device.index})" for device in devices)
