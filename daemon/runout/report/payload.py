"""Reading what came over MQTT, from whoever sent it: nothing in it is taken on trust."""

import json
from collections.abc import Sequence
from typing import NoReturn, Self

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

LARGEST_PAYLOAD = 256 * 1024
"""Bytes; a side is about 4 kB"""
LONGEST_TEXT = 200
"""Letters"""
MOST_ROWS = 50


class PayloadError(ValueError):
    """A payload isn't what its topic's contract says; the message is a few words."""


class Payload:
    """The fields of a JSON object, each read as the type that it must have."""

    def __init__(self, fields: object) -> None:
        """Raise PayloadError where `fields`, of whatever came out of JSON, isn't an object."""
        if not isinstance(fields, dict):
            raise PayloadError("not a JSON object")
        self._fields = fields

    @classmethod
    def from_json(cls, raw: bytes) -> Self:
        """Read JSON in UTF-8."""
        if len(raw) > LARGEST_PAYLOAD:
            raise PayloadError(f"{len(raw)} bytes long")
        try:
            fields = json.loads(raw, parse_constant=_not_json)
        # ValueError: not UTF-8, not JSON, a number of thousands of digits. The other: brackets in
        # brackets in brackets.
        except (ValueError, RecursionError) as error:
            raise PayloadError("not JSON") from error
        return cls(fields)

    def text(self, key: str) -> str:
        """Return a text, cut to a sane length and without what would steer the terminal."""
        value = self._fields.get(key)
        if not isinstance(value, str):
            raise PayloadError(f"no text {key!r}")
        return printable(value)

    def text_or_none(self, key: str) -> str | None:
        """Return a text, or None where there is none or null."""
        return None if self._fields.get(key) is None else self.text(key)

    def longer(self, key: str, letters: int) -> bool:
        """Tell whether a field is a text of more than so many letters."""
        value = self._fields.get(key)
        return isinstance(value, str) and len(value) > letters

    def only(self, keys: Sequence[str]) -> None:
        """Raise PayloadError where there is any other key."""
        for key in self._fields:
            if key not in keys:
                raise PayloadError(f"no such key {printable(key)!r}; allowed are {', '.join(keys)}")

    def number(self, key: str) -> float:
        """Return a finite number."""
        value = self._fields.get(key)
        # bool is an int to isinstance. The bound keeps off integers that no float can hold.
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
            raise PayloadError(f"no number {key!r}")
        return float(value)

    def number_or_none(self, key: str) -> float | None:
        """Return a finite number, or None where there is none or null."""
        return None if self._fields.get(key) is None else self.number(key)

    def table(self, key: str) -> "Payload":
        """Return an object within."""
        value = self._fields.get(key)
        if not isinstance(value, dict):
            raise PayloadError(f"no object {key!r}")
        return Payload(value)

    def table_or_none(self, key: str) -> "Payload | None":
        """Return an object within, or None where there is none or null."""
        return None if self._fields.get(key) is None else self.table(key)

    def rows(self, key: str) -> list["Payload"]:
        """Return a list of objects, at most MOST_ROWS of them."""
        value = self._fields.get(key)
        if not isinstance(value, list):
            raise PayloadError(f"no list {key!r}")
        return [Payload(row) for row in value[:MOST_ROWS]]

    def numbers(self) -> dict[str, float]:
        """Return all fields as finite numbers, at most MOST_ROWS of them."""
        return {printable(key): self.number(key) for key in list(self._fields)[:MOST_ROWS]}


def printable(text: str) -> str:
    """Return a text cut to LONGEST_TEXT, with a '?' for each letter that can't be shown."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:LONGEST_TEXT])


def _not_json(constant: str) -> NoReturn:
    raise PayloadError(f"{constant} in it")
