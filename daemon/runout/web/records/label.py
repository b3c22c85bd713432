"""What people write on a side, and which record it is by that."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal, Self, get_args

Sleeve = Literal["", "M", "NM", "VG+", "VG", "G+", "G", "F", "P"]
"""A sleeve's grade by eye, on Goldmine's scale; empty: not graded"""
SLEEVES: tuple[str, ...] = get_args(Sleeve)
LONGEST = 200
"""Letters of each text, as over MQTT (docs/mqtt.md)"""


@dataclass(frozen=True, slots=True)
class Label:
    """What is written on a side; an empty text is none."""

    artist: str = ""
    title: str = ""
    side: str = ""
    """`A`, `B`, `1`, ..."""
    catalogue: str = ""
    """Catalogue number"""
    note: str = ""
    price: str = ""
    sleeve: str = ""
    """The sleeve's grade, by eye: one of SLEEVES"""

    def changed(self, changes: Mapping[str, str | None]) -> Self:
        """Return it with `changes` on it; keys that are none of ours, and None, change nothing."""
        known = {key: text for key, text in changes.items() if key in FIELDS and text is not None}
        cleaned = {key: clean(text) for key, text in known.items()}
        if cleaned.get("sleeve") not in SLEEVES:
            cleaned.pop("sleeve", None)
        return replace(self, **cleaned)


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Label))
EAR_FIELDS: tuple[str, ...] = ("artist", "title", "side", "catalogue", "note")
"""Those that the ear knows, too"""


def clean(text: str, longest: int = LONGEST) -> str:
    """Return a text in one line, cut, without what doesn't show or turns the writing round."""
    # What isn't printable: control characters, line ends, marks of direction, lone surrogates.
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * longest])
    return " ".join(unicodedata.normalize("NFC", shown).split())[:longest].strip()


def news(told: Mapping[str, str], before: Mapping[str, str], written: Label) -> dict[str, str]:
    """Return what the ear's label has that it hadn't `before`, as changes of what is `written`.

    The ear tells the whole of what it knows each time, and doesn't know what people write here. So
    it takes away only what it had brought itself.
    """
    new = {key: text for key, text in told.items() if text != before.get(key, "")}
    brought = {key for key, text in before.items() if text and asdict(written)[key] == text}
    return {key: text for key, text in new.items() if text or key in brought}


def record_of(label: Label) -> str | None:
    """Return the key of all plays of one record's side; None where the label doesn't tell it.

    By catalogue number and side where there is one, else by artist, title and side; case, spaces
    and punctuation make no difference.
    """
    named = (label.catalogue,) if label.catalogue else (label.artist, label.title)
    if not label.side or not all(named):
        return None
    told = "\x1f".join(_bare(text) for text in (*named, label.side))
    return hashlib.blake2s(told.encode(), digest_size=8).hexdigest()


def filed(label: Label, name: str | None) -> str:
    """Return what a side is put in order by: artist, title, side; those without come last."""
    told = "\x1f".join(text.casefold() for text in (label.artist, label.title, label.side))
    return told if told.strip("\x1f") else f"\uffff{(name or '').casefold()}"


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    # There is a band by the name of !!!
    return "".join(filter(str.isalnum, folded)) or "".join(folded.split())
