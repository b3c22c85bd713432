import re
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from runout import config
from runout.config import AudioSettings, EarSettings, MqttSettings, Settings, load, read_table
from runout.errors import RunoutError

SHIPPED = Path(__file__).parents[1] / "systemd" / "runout.toml"


def write(folder: Path, text: str) -> Path:
    path = folder / "runout.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(RunoutError) as caught:
        load(write(folder, text))
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(f"{folder}/")


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    assert load(write(tmp_path, "")) == Settings()


def test_values_are_read_into_their_sections(tmp_path: Path) -> None:
    text = (
        '[audio]\ndevice = "USB"\n[ear]\nsensitivity = "low"\n'
        '[mqtt]\nhost = "broker.lan"\nport = 8883\nkeepalive_s = 10\n'
    )
    assert load(write(tmp_path, text)) == Settings(
        AudioSettings(device="USB"),
        EarSettings(sensitivity="low"),
        MqttSettings(host="broker.lan", port=8883, keepalive_s=10),
    )


def test_the_default_file_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "DEFAULT_PATH", tmp_path / "runout.toml")
    assert load() == Settings()
    write(tmp_path, "[mqtt]\nport = 1\n")
    assert load().mqtt.port == 1


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(RunoutError, match=r"no\.toml: can't be read: No such file"):
        load(tmp_path / "no.toml")
    with pytest.raises(RunoutError, match="can't be read: Is a directory"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mqtt\n", "runout.toml: not TOML: "),
        ("[mqt]\nport = 1\n", "runout.toml: mqt: no such key; allowed are audio, ear, mqtt"),
        ("mqtt = 5\n", "runout.toml: mqtt = 5: allowed is a table, [mqtt]"),
        (
            "[mqtt]\nprot = 1883\n",
            "runout.toml: mqtt.prot: no such key; allowed are host, port, username, password_file, "
            "tls, ca_file, cert_file, key_file, base, device_id, ",
        ),
        (
            '[mqtt]\nport = "1883"\n',
            "runout.toml: mqtt.port = '1883': allowed is a whole number from 1 to 65535",
        ),
        ("[mqtt]\nport = true\n", "runout.toml: mqtt.port = True: allowed is a whole number"),
        ("[mqtt]\nport = 0\n", "runout.toml: mqtt.port = 0: allowed is a whole number from 1 to"),
        ("[mqtt]\nport = 1883.0\n", "runout.toml: mqtt.port = 1883.0: allowed is a whole number"),
        ("[audio]\ndevice = 3\n", "runout.toml: audio.device = 3: allowed is text in quotes"),
        (
            '[ear]\nsensitivity = "keen"\n',
            "runout.toml: ear.sensitivity = 'keen': allowed is one of low, normal, high",
        ),
        ("[mqtt.host]\na = 1\n", "runout.toml: mqtt.host = a table: allowed is a host name"),
        ('[mqtt]\nbase = "a/#"\n', "runout.toml: mqtt.base = 'a/#': allowed is a topic without"),
        ('[mqtt]\ndevice_id = "a/b"\n', "runout.toml: mqtt.device_id = 'a/b': allowed is up to 64"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_key_value_and_what_is_allowed(
    tmp_path: Path, text: str, message: str
) -> None:
    assert refusal(tmp_path, text).startswith(message)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "runout.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunoutError, match=r"runout\.toml: not a text file"):
        load(path)


def test_a_password_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in refusal(tmp_path, '[mqtt]\npassword = "hunter2"\n')


def test_a_long_value_is_cut(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, f'[mqtt]\ndevice_id = "{"x" * 5000}"\n')) < 250


@pytest.mark.parametrize(
    "host", ["", "localhost", "broker.lan.", "ha_1", "10.0.0.1", "::1", "fe80::1%eth0", "bücher.de"]
)
def test_hosts_that_are_allowed(tmp_path: Path, host: str) -> None:
    assert load(write(tmp_path, f'[mqtt]\nhost = "{host}"\n')).mqtt.host == host


@pytest.mark.parametrize("host", ["a b", "a..b", "mqtt://x", "x" * 64, "a." * 200, "x\\n"])
def test_hosts_that_no_resolver_could_take_are_refused(tmp_path: Path, host: str) -> None:
    assert "allowed is a host name" in refusal(tmp_path, f'[mqtt]\nhost = "{host}"\n')


@pytest.mark.parametrize("base", ["runout", "home/cellar", "a b"])
def test_bases_that_are_allowed(tmp_path: Path, base: str) -> None:
    assert load(write(tmp_path, f'[mqtt]\nbase = "{base}"\n')).mqtt.base == base


@pytest.mark.parametrize("base", ["", "/a", "a/", "a//b", "$SYS", "+", "a\\u0000", "a" * 129])
def test_bases_that_are_no_topics_are_refused(tmp_path: Path, base: str) -> None:
    assert "allowed is a topic" in refusal(tmp_path, f'[mqtt]\nbase = "{base}"\n')


@dataclass(frozen=True)
class Needle:
    force_mn: float = 17.5
    worn: bool = False


def test_numbers_may_be_whole_where_a_fraction_is_allowed() -> None:
    needle = read_table(Needle, {"force_mn": 20, "worn": True}, "f")
    assert needle == Needle(20.0, True)
    assert isinstance(needle.force_mn, float)
    with pytest.raises(RunoutError, match=r"^f: worn = 1: allowed is true or false$"):
        read_table(Needle, {"worn": 1}, "f")
    with pytest.raises(RunoutError, match=r"^f: force_mn = False: allowed is a number$"):
        read_table(Needle, {"force_mn": False}, "f")


def test_the_shipped_file_changes_nothing() -> None:
    assert load(SHIPPED) == Settings()


def test_the_shipped_file_shows_every_key_with_its_default(tmp_path: Path) -> None:
    text = re.sub(r"^#(?=\w+ = )", "", SHIPPED.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert load(write(tmp_path, text)) == Settings()
    for section in fields(Settings()):
        keys = [key.name for key in fields(getattr(Settings(), section.name))]
        part = text.split(f"[{section.name}]")[1].split("\n[")[0]
        assert re.findall(r"^(\w+) = ", part, flags=re.MULTILINE) == keys
