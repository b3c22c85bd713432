"""Which of the capture devices is the preamp.

`[audio] device` is empty, or a name, or the whole identity that `runout devices --pick` writes:
"path=1-1.3; id=08bb:2902:A1B2; name=USB AUDIO CODEC". Of an identity each part is tried in turn,
as each outlives something else: the path a second preamp of the same make, the id another plug.
"""

import json
import re
from collections.abc import Callable, Sequence

from runout.errors import RunoutError
from runout.source.devices import Device

_IDENTITY = re.compile(
    r"(?=path=|id=|name=)(?:path=(?P<path>[^;]+))?(?:(?:^|; )id=(?P<id>[^;]+))?"
    r"(?:(?:^|; )name=(?P<name>.+))?"
)

_STEREO = 2


class NoDeviceError(RunoutError):
    """It isn't there; it may come."""


def identity(device: Device) -> str:
    """The text by which `choose` finds this very device again, plugged in here or elsewhere."""
    parts = [f"name={device.lasting_name}"]
    if device.usb is not None:
        parts = [f"path={device.usb.path}", f"id={device.usb.product}", *parts]
    return "; ".join(parts)


def config_line(device: Device) -> str:
    """The line of the settings, under [audio], that picks this device."""
    # JSON's strings are TOML's, once only printable letters are in them.
    printable = "".join(letter for letter in identity(device) if letter.isprintable())
    return f"device = {json.dumps(printable, ensure_ascii=False)}"


def choose(
    devices: Sequence[Device], wanted: str, default: int | None, usb_only: bool = False
) -> Device:
    """The device that is `wanted`; `default` is the index of the system's own choice.

    Where nothing is wanted it is the only one on USB (in stereo, if there are several), else the
    default; with `usb_only` no other will do. Raises NoDeviceError, naming the devices, where none
    fits, and RunoutError where several do.
    """
    if not wanted:
        return _unasked(devices, default, usb_only)
    if parts := _IDENTITY.fullmatch(wanted):
        return _identified(devices, parts)
    folded = wanted.casefold()
    return _first(
        devices,
        wanted,
        (
            lambda device: device.name.casefold() == folded,
            lambda device: str(device.index) == wanted,
            lambda device: folded in device.name.casefold(),
        ),
    )


def _unasked(devices: Sequence[Device], default: int | None, usb_only: bool) -> Device:
    on_usb = [device for device in devices if device.usb is not None]
    in_stereo = [device for device in on_usb if device.channels >= _STEREO]
    for only in (on_usb, in_stereo):
        if len(only) == 1:
            return only[0]
    if usb_only and not on_usb:
        raise NoDeviceError("no USB capture device is there any more; is the preamp plugged in?")
    for device in devices:
        if device.index == default:
            return device
    if not devices:
        raise NoDeviceError("no capture device is there; is the preamp plugged in?")
    raise NoDeviceError(f"none of the capture devices is the default; {_known(devices)}")


def _identified(devices: Sequence[Device], parts: re.Match[str]) -> Device:
    path, product, name = parts["path"], parts["id"], parts["name"]
    return _first(
        devices,
        name or product or path,
        (
            lambda device: device.usb is not None and device.usb.path == path,
            lambda device: device.usb is not None and device.usb.product == product,
            lambda device: device.lasting_name == name,
        ),
        name,
    )


def _first(
    devices: Sequence[Device],
    wanted: str,
    tests: Sequence[Callable[[Device], bool]],
    name: str | None = None,
) -> Device:
    for fits in ([device for device in devices if test(device)] for test in tests):
        # A card may have several inputs, each a device in the same place.
        named = [device for device in fits if device.lasting_name == name]
        for only in (fits, named):
            if len(only) == 1:
                return only[0]
        if fits:
            raise RunoutError(f"several capture devices are called '{wanted}'; {_known(fits)}")
    raise NoDeviceError(f"no capture device is called '{wanted}'; {_known(devices)}")


def _known(devices: Sequence[Device]) -> str:
    if not devices:
        return "there is none at all; is the preamp plugged in?"
    return "there are: " + ", ".join(f"'{device.name}' ({device.index})" for device in devices)
