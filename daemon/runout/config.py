"""Settings: a TOML file read into frozen dataclasses, every value with a default that serves."""

import dataclasses
import re
import tomllib
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from runout.errors import RunoutError
from runout.model.sensitivity import SENSITIVITIES, Sensitivity

DEFAULT_PATH = Path("/etc/runout/runout.toml")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a value may be beyond its type."""

    words: str
    """For the user: 'allowed is ...'"""
    test: Callable[[Any], bool]


def between(low: float, high: float) -> Mapping[str, Allowed]:
    """Metadata of a number that lies from `low` to `high`."""
    kind = "a whole number" if isinstance(low, int) else "a number"
    # NaN compares false with everything, so it is refused too.
    return {"allowed": Allowed(f"{kind} from {low} to {high}", lambda value: low <= value <= high)}


def matching(pattern: str, words: str) -> Mapping[str, Allowed]:
    """Metadata of a text that matches `pattern` as a whole."""
    regex = re.compile(pattern)
    return {"allowed": Allowed(words, lambda value: regex.fullmatch(value) is not None)}


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """Where the sound comes from."""

    device: str = ""
    """The capture device: what `runout devices --pick` prints, or a name, a part of one, or a
    number; empty is the only one on USB, or else the system's default"""


@dataclass(frozen=True, slots=True)
class EarSettings:
    """How keenly to listen."""

    sensitivity: Sensitivity = field(
        default="normal",
        metadata=matching("|".join(SENSITIVITIES), f"one of {', '.join(SENSITIVITIES)}"),
    )
    """Which of the model's thresholds to use: low misses more and errs less, high the other way.
    Files are always graded at normal, so that grades compare"""


@dataclass(frozen=True, slots=True)
class GradeSettings:
    """What a side is graded by."""

    table: str = "goldmine"
    """Grade table: goldmine, discogs, or the path of a .toml file of your own"""


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where to say what was heard."""

    # The pattern keeps out what a resolver would choke on: spaces, empty and over-long labels.
    host: str = field(
        default="",
        metadata=matching(
            r"(?!.{254})([\w-]{1,63}(\.[\w-]{1,63})*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%\w+)?|)",
            "a host name, an IP address, or empty for none",
        ),
    )
    """Broker's name or address; empty: none is configured. The service then tells sides in the
    journal alone, and `runout listen` by hand brings a broker of its own on loopback"""
    port: int = field(default=1883, metadata=between(1, 65535))
    """TCP port"""
    username: str = ""
    """Empty: no login"""
    password_file: str = ""
    """Path of a file whose first line is the password; empty: systemd's credential `mqtt-password`
    where there is one, else no password"""
    tls: bool = False
    """Whether to speak TLS; the broker's certificate must then be valid for `host`"""
    ca_file: str = ""
    """Path of the certificates (PEM) that a broker's must be signed by; empty: the system's"""
    cert_file: str = ""
    """Path of our own certificate (PEM), for brokers that ask for one; empty: none"""
    key_file: str = ""
    """Path of the key (PEM) to `cert_file`"""
    base: str = field(
        default="runout",
        metadata=matching(
            r"(?!.{129})[^$+#/\x00-\x1f\x7f][^+#/\x00-\x1f\x7f]*(/[^+#/\x00-\x1f\x7f]+)*",
            "a topic without '+', '#' and empty levels, not starting with '$', at most 128 letters",
        ),
    )
    """First part of every topic: <base>/<device_id>/..."""
    device_id: str = field(
        default="",
        metadata=matching(
            r"[A-Za-z0-9_-]{0,64}", "up to 64 letters, digits, '-' and '_', or empty"
        ),
    )
    """Second part of every topic, and the client's name; empty: made from this machine's id"""
    discovery_prefix: str = field(
        default="homeassistant",
        metadata=matching(
            r"(?!.{129})([^$+#/\x00-\x1f\x7f][^+#/\x00-\x1f\x7f]*(/[^+#/\x00-\x1f\x7f]+)*)?",
            "a topic without '+', '#' and empty levels, not starting with '$', or empty",
        ),
    )
    """Where Home Assistant looks for devices; empty: it isn't told of this one"""
    keepalive_s: int = field(default=30, metadata=between(5, 3600))
    """Seconds without a word after which a ping is due; the broker says offline after 1.5 of it"""
    outbox: str = ""
    """Path of the file that keeps events and sides while the broker is away; empty: outbox.db in
    the state directory; ":memory:": none, they are kept for as long as the daemon runs"""
    outbox_messages: int = field(default=100_000, metadata=between(100, 10_000_000))
    """Messages kept at most; the oldest events make room, never a side"""
    outbox_mb: int = field(default=64, metadata=between(1, 4096))
    """Megabytes (10^6 bytes) of messages kept at most, likewise"""


@dataclass(frozen=True, slots=True)
class OpinionSettings:
    """A second opinion beside the table's grade."""

    model: str = ""
    """Path of the opinion.tflite that `runout-train grade` made, its card beside it; empty: none"""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The listening station: the page of `runout web`."""

    host: str = field(
        default="127.0.0.1",
        metadata=matching(
            r"(?!.{254})([\w-]{1,63}(\.[\w-]{1,63})*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%\w+)?)",
            "a host name or an IP address",
        ),
    )
    """Address to listen on; 0.0.0.0 or :: is every one of this machine, and needs a password or
    token, as every other that isn't loopback"""
    port: int = field(default=8377, metadata=between(1, 65535))
    """TCP port"""
    password_file: str = ""
    """Path of a file whose first line is the password that the page asks for; empty: systemd's
    credential `web-password` where there is one, else none is asked for"""
    token_file: str = ""
    """Path of a file whose first line is the token of programs (Authorization: Bearer); empty: none
    """
    cert_file: str = ""
    """Path of the certificate (PEM), its chain included, for TLS; empty: no TLS"""
    key_file: str = ""
    """Path of the key (PEM) to `cert_file`"""
    hosts: str = field(
        default="",
        metadata=matching(
            r"([\w.:-]+( *, *[\w.:-]+)*)?", "names of this box with commas between, or empty"
        ),
    )
    """Names, with commas between, by which browsers may ask for the page beside its addresses, its
    host name and localhost: whoever calls it by another is turned away (DNS rebinding)"""
    upload_mb: int = field(default=2048, metadata=between(1, 16384))
    """Megabytes (10^6 bytes) of a file that is handed in, at most"""
    upload_minutes: int = field(default=180, metadata=between(1, 1440))
    """Minutes of sound of one, at most"""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    audio: AudioSettings = field(default_factory=AudioSettings)
    ear: EarSettings = field(default_factory=EarSettings)
    mqtt: MqttSettings = field(default_factory=MqttSettings)
    opinion: OpinionSettings = field(default_factory=OpinionSettings)
    grade: GradeSettings = field(default_factory=GradeSettings)
    web: WebSettings = field(default_factory=WebSettings)


def load(path: Path | None = None) -> Settings:
    """Read the settings from `path`, or from the default path if there is a file.

    Raises RunoutError, in one line, where the file can't be read or a key or value is wrong.
    """
    if path is None:
        if not DEFAULT_PATH.exists():
            return Settings()
        path = DEFAULT_PATH
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise RunoutError(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunoutError(f"{path}: not a text file in UTF-8") from error
    except RecursionError as error:
        raise RunoutError(f"{path}: not TOML: nested too deeply") from error
    except ValueError as error:  # numbers of thousands of digits are none to Python either
        raise RunoutError(f"{path}: not TOML: {error}") from error
    return read_table(Settings, table, str(path))


def read_table(cls: type[T], table: Mapping[str, Any], file: str, prefix: str = "") -> T:
    """Make a `cls`, a dataclass of str, int, float, bool and nested dataclasses, from a table.

    `file` and `prefix` (keys above this table, dotted) are for the messages of the RunoutError
    that a wrong key, type or value raises.
    """
    hints = typing.get_type_hints(cls)
    # mypy has no way to say "a dataclass type" for T.
    fields = {item.name: item for item in dataclasses.fields(cls)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            # The value stays unsaid: it may be a password in the wrong place.
            raise RunoutError(
                f"{file}: {prefix}{key}: no such key; allowed are {', '.join(fields)}"
            )
        hint = hints[key]
        if typing.get_origin(hint) is typing.Literal:
            hint = str
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            if not isinstance(value, dict):
                raise _refused(file, prefix + key, value, f"a table, [{prefix}{key}]")
            values[key] = read_table(hint, value, file, f"{prefix}{key}.")
        else:
            allowed = fields[key].metadata.get("allowed", _ANY_OF_TYPE[hint])
            if hint is float and type(value) is int:
                value = float(value)
            # bool is an int to isinstance, and never what was meant by a number.
            if type(value) is not hint or not allowed.test(value):
                raise _refused(file, prefix + key, value, allowed.words)
            values[key] = value
    return cls(**values)


_ANY_OF_TYPE: Mapping[type, Allowed] = {
    str: Allowed("text in quotes", lambda _: True),
    int: Allowed("a whole number", lambda _: True),
    float: Allowed("a number", lambda _: True),
    bool: Allowed("true or false", lambda _: True),
}

_LONGEST_VALUE_SHOWN = 60
"""Letters; a value from a wrong file can be a page long"""


def _refused(file: str, key: str, value: object, words: str) -> RunoutError:
    try:
        shown = "a table" if isinstance(value, dict) else repr(value)
    except ValueError:  # Python doesn't write out numbers of thousands of digits
        shown = "a number that long"
    if len(shown) > _LONGEST_VALUE_SHOWN:
        shown = shown[:_LONGEST_VALUE_SHOWN] + "..."
    return RunoutError(f"{file}: {key} = {shown}: allowed is {words}")
