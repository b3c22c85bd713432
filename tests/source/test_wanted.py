"""The preamp is found by where it is plugged in, what it is, or what it is called."""

import tomllib
from pathlib import Path

import pytest

from runout.errors import RunoutError
from runout.source.devices import Device
from runout.source.usb import Usb, usb_of_card
from runout.source.wanted import NoDeviceError, choose, config_line, identity

DEVICES = [
    Device(0, "USB Audio CODEC: Audio (hw:1,0)", 2, 44_100),
    Device(1, "USB Webcam (hw:2,0)", 1, 16_000),
    Device(3, "usb", 2, 48_000),
]


def plug(sysfs: Path, card: int, port: str, **attributes: str) -> None:
    """A USB sound card, as Linux shows one: attributes of the device, the card on an interface."""
    device = sysfs / "devices/pci0000:00/usb1" / port
    interface = device / f"{port}:1.0"
    interface.mkdir(parents=True)
    for name, value in attributes.items():
        (device / name).write_text(value + "\n")
    folder = sysfs / "class/sound" / f"card{card}"
    folder.mkdir(parents=True)
    (folder / "device").symlink_to(interface)


def test_a_card_s_identity_is_read_from_its_usb_device(tmp_path: Path) -> None:
    plug(tmp_path, 1, "1-1.3", idVendor="08bb", idProduct="2902", serial="A1B2")
    plug(tmp_path, 2, "1-1.4", idVendor="08bb", idProduct="2902")
    assert usb_of_card(1, tmp_path) == Usb("1-1.3", "08bb:2902:A1B2")
    assert usb_of_card(2, tmp_path) == Usb("1-1.4", "08bb:2902:")
    assert usb_of_card(3, tmp_path) is None


def test_a_card_that_is_not_on_usb_has_none(tmp_path: Path) -> None:
    hda = tmp_path / "devices/pci0000:00/0000:00:1f.3"
    hda.mkdir(parents=True)
    (tmp_path / "class/sound/card0").mkdir(parents=True)
    (tmp_path / "class/sound/card0/device").symlink_to(hda)
    assert usb_of_card(0, tmp_path) is None


def test_a_hostile_serial_number_fits_the_settings(tmp_path: Path) -> None:
    plug(tmp_path, 1, "1-1", idVendor="1d6b", idProduct="0104", serial='x"; name=\x1b[2J\ny\\')
    usb = usb_of_card(1, tmp_path)
    assert usb is not None
    device = Device(4, 'A "preamp"\\; \x07 (hw:1,0)', 2, 48_000, usb)
    value = tomllib.loads(config_line(device))["device"]
    assert choose([*DEVICES, device], value, None) is device


@pytest.mark.parametrize(
    ("wanted", "index"), [("codec", 0), ("hw:2,0", 1), ("1", 1), ("USB", 3), ("3", 3)]
)
def test_by_name_or_number(wanted: str, index: int) -> None:
    assert choose(DEVICES, wanted, None).index == index


def test_a_name_that_fits_several_devices_finds_none() -> None:
    with pytest.raises(RunoutError, match=r"several capture .* 'usb a'; .*\(0\), .*\(4\)"):
        choose([*DEVICES, Device(4, "USB Audio #2", 2, 48_000)], "usb a", None)


LEFT = Device(5, "CODEC (hw:1,0)", 2, 44_100, Usb("1-1.3", "08bb:2902:"))
RIGHT = Device(6, "CODEC (hw:2,0)", 2, 44_100, Usb("1-1.4", "08bb:2902:"))
OTHER = Device(7, "ART (hw:3,0)", 2, 48_000, Usb("1-1.2", "1c88:0007:77"))
MOVED = Device(8, "ART (hw:1,0)", 2, 48_000, Usb("3-2", "1c88:0007:77"))
WEBCAM = Device(9, "Webcam (hw:4,0)", 1, 16_000, Usb("1-1.1", "046d:0825:"))
MICROPHONE = Device(10, "HDA Intel (hw:0,0)", 2, 44_100)


@pytest.mark.parametrize("device", [LEFT, RIGHT])
def test_two_of_a_make_are_told_apart_by_their_place(device: Device) -> None:
    assert choose([MICROPHONE, RIGHT, OTHER, LEFT], identity(device), 10) is device


def test_one_that_was_plugged_in_elsewhere_is_known_by_what_it_is() -> None:
    assert choose([LEFT, RIGHT, MOVED], identity(OTHER), None) is MOVED


def test_another_make_in_its_place_is_taken() -> None:
    put_there = Device(2, "New (hw:1,0)", 2, 96_000, Usb("1-1.3", "aaaa:bbbb:"))
    assert choose([put_there, MICROPHONE], identity(LEFT), 10) is put_there


def test_one_that_changed_all_but_its_name_is_known_by_that() -> None:
    firmware = Device(1, "ART (hw:7,0)", 2, 48_000, Usb("2-1", "1c88:0008:78"))
    assert choose([firmware, LEFT], identity(OTHER), None) is firmware


def test_of_a_card_s_two_inputs_the_named_one_is_taken() -> None:
    phono = Device(1, "X: phono (hw:1,0)", 2, 48_000, Usb("1-1", "1:2:3"))
    line = Device(2, "X: line (hw:1,1)", 2, 48_000, Usb("1-1", "1:2:3"))
    assert choose([phono, line], identity(line), None) is line
    with pytest.raises(RunoutError, match="several"):
        choose([phono, line], "path=1-1", None)


def test_an_identity_that_nothing_fits_is_no_device() -> None:
    with pytest.raises(NoDeviceError, match="no capture device is called 'ART'"):
        choose([LEFT, RIGHT, MICROPHONE], identity(OTHER), 10)


@pytest.mark.parametrize(
    ("devices", "chosen"),
    [
        ([MICROPHONE, LEFT], LEFT),
        ([MICROPHONE, WEBCAM, LEFT], LEFT),
        ([MICROPHONE, WEBCAM], WEBCAM),
        ([MICROPHONE, LEFT, OTHER], MICROPHONE),
        ([MICROPHONE], MICROPHONE),
    ],
)
def test_unasked_it_is_the_only_one_on_usb_or_else_the_default(
    devices: list[Device], chosen: Device
) -> None:
    assert choose(devices, "", 10) is chosen


def test_a_box_that_had_a_preamp_is_not_content_with_a_microphone() -> None:
    with pytest.raises(NoDeviceError, match="no USB capture device is there any more"):
        choose([MICROPHONE], "", 10, usb_only=True)
    assert choose([MICROPHONE, OTHER], "", 10, usb_only=True) is OTHER


def test_without_a_default_there_is_none() -> None:
    with pytest.raises(
        NoDeviceError, match=r"none of the capture devices is the default; there are: 'CODEC"
    ):
        choose([LEFT, RIGHT], "", None)
