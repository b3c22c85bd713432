"""The manifest: every file of sound, where it is from and under what licence."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

import soundfile

from runout_training.corpus import machines, notes
from runout_training.corpus.drums import Drums
from runout_training.corpus.licences import licence_of
from runout_training.corpus.machines import Machines
from runout_training.corpus.packages import ELECTRONIC_DRUMS, SCORES, SOUNDFONT, version_of
from runout_training.corpus.tracks import Music, Split, render_of, sha256_of

Kind = Literal["music", "render", "drums", "notes", "machine"]

# What was made here has the licence of what it was made of.
_MADE_OF: dict[str, tuple[str, ...]] = {
    notes.FOLDER: (SOUNDFONT,),
    machines.FOLDER: (ELECTRONIC_DRUMS,),
    **{render_of(name): (name, SOUNDFONT) for name in SCORES},
}
_RENDERS = tuple(render_of(name) for name in SCORES)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of sound."""

    kind: Kind
    package: str
    version: str
    """Of the package, and of the soundfont where one was needed"""
    file: str
    """Path in the package"""
    sha256: str
    licence: str
    """As its copyright file names it; of the score and of the soundfont, for a render"""
    split: Split
    seconds: float


def entries(cache: Path) -> Iterator[Entry]:
    """Every file of every split."""
    packages = cache / "packages"
    for split in get_args(Split):
        for track in Music(cache, split).tracks:
            kind: Kind = "render" if track.package in _RENDERS else "music"
            licence = _licence(packages, track.package, track.file)
            yield Entry(
                kind,
                track.package,
                track.version,
                track.file,
                track.sha256,
                licence,
                split,
                track.seconds,
            )
        for files in Drums(cache, split).kits.values():
            yield from (_entry("drums", packages, path, split) for path in files)
        for files in Machines(cache, split).kits.values():
            yield from (_entry("machine", packages, path, split) for path in files)
        for instrument in notes.Notes(cache, split).instruments:
            path = packages / notes.FOLDER / f"{instrument.name}.flac"
            yield _entry("notes", packages, path, split)


def write(cache: Path, path: Path) -> int:
    """Write the manifest as JSON lines; returns how many."""
    rows = [json.dumps(asdict(entry), sort_keys=True) for entry in entries(cache)]
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return len(rows)


def ledger(known: Iterable[Entry]) -> str:
    """Lines of CSV that a model's card can vouch for: which file was in which split."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("split", "kind", "package", "version", "licence", "sha256", "file"))
    for one in known:
        row = (one.split, one.kind, one.package, one.version, one.licence, one.sha256, one.file)
        lines.writerow(row)
    return text.getvalue()


def _entry(kind: Kind, packages: Path, path: Path, split: Split) -> Entry:
    inside = path.relative_to(packages)
    package, file = inside.parts[0], str(Path(*inside.parts[1:]))
    return Entry(
        kind,
        package,
        version_of(packages / package),
        file,
        sha256_of(path),
        _licence(packages, package, file),
        split,
        round(soundfile.info(str(path)).duration, 3),
    )


def _licence(packages: Path, package: str, file: str) -> str:
    made_of = _MADE_OF.get(package, (package,))
    return " and ".join(dict.fromkeys(licence_of(packages / one, file) for one in made_of))
