"""A device is picked in the settings, and nothing else in them changes."""

import stat
import tomllib
from pathlib import Path

import pytest

from runout import config
from runout.errors import RunoutError
from runout.source.devices import Device
from runout.source.pick import with_device, write_device
from runout.source.usb import Usb
from runout.source.wanted import choose

SHIPPED = Path(__file__).parents[2] / "systemd" / "runout.toml"
CODEC = Device(2, "USB AUDIO  CODEC: Audio (hw:1,0)", 2, 44_100, Usb("1-1.3", "08bb:2902:"))
LINE = 'device = "path=1-1.3; id=08bb:2902:; name=USB AUDIO  CODEC: Audio"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"[audio]\n{LINE}\n"),
        ("[mqtt]\nport = 1\n", f"[mqtt]\nport = 1\n\n[audio]\n{LINE}\n"),
        ("[audio]\n[mqtt]\n", f"[audio]\n{LINE}\n[mqtt]\n"),
        ('[audio] # in\n device = "x" # old\n\n[mqtt]\n', f"[audio] # in\n{LINE}\n\n[mqtt]\n"),
        (f'[audio]\n#device = ""\n{LINE}\n', f'[audio]\n#device = ""\n{LINE}\n'),
    ],
)
def test_the_line_takes_its_place(before: str, after: str) -> None:
    assert with_device(before, CODEC) == after


def test_of_the_shipped_settings_one_line_changes_and_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "runout.toml"
    path.write_text(SHIPPED.read_text())
    path.chmod(0o640)
    write_device(path, CODEC)
    old, new = (text.read_text().splitlines() for text in (SHIPPED, path))
    assert [(a, b) for a, b in zip(old, new, strict=True) if a != b] == [('#device = ""', LINE)]
    assert choose([CODEC], config.load(path).audio.device, None) is CODEC
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["runout.toml"]


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    write_device(tmp_path / "runout.toml", CODEC)
    assert tomllib.loads((tmp_path / "runout.toml").read_text()) == {"audio": tomllib.loads(LINE)}


@pytest.mark.parametrize(
    "text",
    ["audio = {}\n", "audio.device = 'x'\n", "[audio]\nx = '''\ndevice = 1\n'''\n", "audio = 1"],
)
def test_settings_in_an_unusual_way_stay_as_they_are(tmp_path: Path, text: str) -> None:
    path = tmp_path / "runout.toml"
    path.write_text(text)
    with pytest.raises(RunoutError, match="the settings are"):
        write_device(path, CODEC)
    assert path.read_text() == text


def test_settings_that_are_wrong_already_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "runout.toml"
    path.write_bytes(b"\xff\xfe[audio]")
    with pytest.raises(RunoutError, match="UTF-8"):
        write_device(path, CODEC)
    path.write_text("[audio")
    with pytest.raises(RunoutError, match="not TOML"):
        write_device(path, CODEC)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunoutError, match="can't be written: No such file"):
        write_device(tmp_path / "no" / "runout.toml", CODEC)
