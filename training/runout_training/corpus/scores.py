"""MIDI: reading it out of packages, and writing the little that sounds a single note."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runout.errors import RunoutError

_TICKS_A_QUARTER = 500
_PERCUSSION = 9
"""Channel 10 as musicians count: General MIDI keeps it for drum kits"""


@dataclass(frozen=True, slots=True)
class Note:
    """One key struck."""

    start_s: float
    seconds: float
    key: int
    velocity: int


def scores_of(package: Path) -> Iterator[tuple[str, bytes]]:
    """Name and MIDI of every piece in an unpacked package: its .mid files, and those in a WAD.

    Pieces that are there twice under different names come once.
    """
    seen: set[bytes] = set()
    for path in sorted(package.rglob("*")):
        if path.suffix == ".mid":
            found = [(path.stem, path.read_bytes())]
        elif path.suffix == ".wad":
            found = list(lumps(path))
        else:
            continue
        for name, content in found:
            if content.startswith(b"MThd") and content not in seen:
                seen.add(content)
                yield name, content


def lumps(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of what a WAD (the archive of Doom and Freedoom) holds.

    Twelve bytes of head (magic, number of entries, where they stand), then entries of 16 bytes:
    offset, length and a name of eight characters.
    """
    content = path.read_bytes()
    if len(content) < 12 or content[:4] not in (b"IWAD", b"PWAD"):
        raise RunoutError(f"{path} is no WAD")
    count, directory = struct.unpack_from("<ii", content, 4)
    for index in range(count):
        offset, length, name = struct.unpack_from("<ii8s", content, directory + 16 * index)
        yield name.rstrip(b"\0").decode("latin-1").lower(), content[offset : offset + length]


def midi_of(notes: Sequence[Note], program: int, percussion: bool) -> bytes:
    """A MIDI file (format 0, 120 quarters a minute, so a tick is a millisecond) of notes played
    on one General MIDI program, or drum kit."""
    channel = _PERCUSSION if percussion else 0
    events = [(0, bytes((0xC0 | channel, program)))]
    for note in notes:
        start, end = note.start_s, note.start_s + note.seconds
        events.append((_ticks(start), bytes((0x90 | channel, note.key, note.velocity))))
        events.append((_ticks(end), bytes((0x80 | channel, note.key, 0))))
    track, last = b"", 0
    for at, event in sorted(events):
        track += _variable(at - last) + event
        last = at
    track += _variable(2 * _TICKS_A_QUARTER) + b"\xff\x2f\x00"
    head = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, _TICKS_A_QUARTER)
    return head + struct.pack(">4sI", b"MTrk", len(track)) + track


def _ticks(seconds: float) -> int:
    return round(seconds * 2 * _TICKS_A_QUARTER)


def _variable(value: int) -> bytes:
    """A number in MIDI's seven bits a byte, the highest first."""
    out = bytes((value & 0x7F,))
    while value := value >> 7:
        out = bytes((value & 0x7F | 0x80,)) + out
    return out
