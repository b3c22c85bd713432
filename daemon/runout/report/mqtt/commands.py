"""What a box can be told on `cmd/...`, as it is when it has been found to make sense."""

from dataclasses import dataclass, fields

from runout.model.sensitivity import SENSITIVITIES, Sensitivity
from runout.report.payload import LONGEST_TEXT, Payload, PayloadError

LARGEST_COMMAND = 4096
"""Bytes"""


@dataclass(frozen=True, slots=True)
class NewSide:
    """End the side that plays, and begin another where the needle is."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the side is: the one that plays, or the last one. None: not told."""

    artist: str | None = None
    title: str | None = None
    side: str | None = None
    """`A`, `B`, `1`, ..."""
    catalogue: str | None = None
    """Catalogue number"""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Measure the preamp's floor and hum; the needle must be up."""


@dataclass(frozen=True, slots=True)
class SetSensitivity:
    """Listen more or less keenly from now on, restarts included."""

    sensitivity: Sensitivity


@dataclass(frozen=True, slots=True)
class Identify:
    """Send a test event."""


Command = NewSide | Label | Calibrate | SetSensitivity | Identify

COMMANDS = ("new_side", "label", "calibrate", "sensitivity", "identify")
"""Their names: the last level of the topic"""


@dataclass(frozen=True, slots=True)
class Request:
    """A command as it came."""

    id: str | None
    """Chosen by whoever sent it; stands in the answer. One that came before isn't obeyed again"""
    name: str
    command: Command


def parse(name: str, raw: bytes) -> Request:
    """Read the payload of command `name`; an empty one stands for `{}`.

    Raises PayloadError, whose message is an answer for whoever sent it.
    """
    if len(raw) > LARGEST_COMMAND:
        raise PayloadError(f"{len(raw)} bytes long; at most {LARGEST_COMMAND} are read")
    payload = Payload.from_json(raw or b"{}")
    keys = {"label": tuple(field.name for field in fields(Label)), "sensitivity": ("sensitivity",)}
    payload.only(("id", *keys.get(name, ())))
    return Request(request_id(payload), name, _command(name, payload))


def request_id(payload: Payload) -> str | None:
    """The id that a command's payload carries."""
    return _text(payload, "id")


def label_in(payload: Payload) -> Label:
    """The label that a payload tells; raises PayloadError where its fields aren't texts."""
    return Label(*(_text(payload, field.name) for field in fields(Label)))


def _command(name: str, payload: Payload) -> Command:
    match name:
        case "new_side":
            return NewSide()
        case "label":
            return label_in(payload)
        case "calibrate":
            return Calibrate()
        case "sensitivity":
            wanted = payload.text("sensitivity")
            if wanted not in SENSITIVITIES:
                raise PayloadError(f"sensitivity: allowed is one of {', '.join(SENSITIVITIES)}")
            return SetSensitivity(wanted)
        case "identify":
            return Identify()
    raise PayloadError("no such command")


def _text(payload: Payload, key: str) -> str | None:
    if payload.longer(key, LONGEST_TEXT):
        raise PayloadError(f"{key}: more than {LONGEST_TEXT} letters")
    return payload.text_or_none(key)
