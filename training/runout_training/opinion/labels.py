"""Whose grade is known: sound files with their labels, from folders or from a CSV."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from runout.errors import RunoutError
from runout.grading.grade import Label
from runout_training.opinion.lexicon import side_of
from runout_training.opinion.words import label_of, label_of_folder

_SOUNDS = frozenset(f".{name.lower()}" for name in (*soundfile.available_formats(), "aif", "oga"))
"""Ends of the names of files that can be heard"""
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "file": ("file", "filename", "path", "audio", "recording"),
    "text": ("text", "grade", "mediacondition", "condition", "label", "description", "comments"),
    "record": (
        *("record", "recordid", "releaseid", "release", "catalogid", "catalogueid"),
        *("catalognumber", "cataloguenumber", "catno", "cat", "id"),
    ),
    "side": ("side",),
}
"""What a column may be called, small letters and digits only; where several are, the first"""
_SIDE = re.compile(
    r"(?:^|[\s_.(\[-])(?:(?:side|seite|face)[\s_.-]*(?P<named>[a-h]|[1-8])"
    r"|(?P<letter>[a-h])\d{0,2})(?=$|[\s_.)\]-])",
    re.IGNORECASE,
)
_DISC = re.compile(r"(?:disc|disk|cd|lp|record)?[\s_.-]*\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One side whose grade is known."""

    path: Path
    label: Label
    record: str
    """Which record it is of: all of one record's sides are learnt from, or none"""


@dataclass(frozen=True, slots=True)
class Labels:
    """All that were found."""

    sides: tuple[Labelled, ...]
    problems: tuple[str, ...]
    """A line for each file or row that is left out"""


def from_folders(root: Path) -> Labels:
    """Sound files below `root` in folders named by grade: `VG+/album/side a.flac`.

    The nearest folder that is a grade counts. A record is the folders below it; where there are
    none, the file's name without its side.
    """
    if not root.is_dir():
        raise RunoutError(f"{root}: no such folder")
    sides, problems = [], []
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() not in _SOUNDS or not path.is_file():
            continue
        folders = path.relative_to(root).parts[:-1]
        grades = [number for number, name in enumerate(folders) if label_of_folder(name)]
        label = label_of_folder(folders[grades[-1]]) if grades else None
        if label is None:
            problems.append(f"{path}: in no folder that is named by a grade")
        else:
            sides.append(Labelled(path, label, _record(folders[grades[-1] + 1 :], path.stem)))
    return Labels(tuple(sides), tuple(problems))


def from_csv(root: Path, table: Path) -> Labels:
    """Sound files that a CSV names, from `root` on, with a seller's text each.

    Columns: file, text, and if there are any record and side; under other usual names too, parted
    by comma, semicolon or tab. Raises RunoutError where it can't be read as such a table.
    """
    sides: list[Labelled] = []
    problems: list[str] = []
    seen: dict[Path, int] = {}
    for number, row in _rows(table):
        told = _told(root, row)
        if isinstance(told, str):
            problems.append(f"{table}, line {number}: {told}")
        elif told.path in seen:
            before = seen[told.path]
            problems.append(f"{table}, line {number}: {told.path} stands in line {before} too")
        else:
            seen[told.path] = number
            sides.append(told)
    return Labels(tuple(sides), tuple(problems))


def side_in(name: str) -> str | None:
    """The side that a file's name tells, as a capital letter: 'side_b', 'B1 - Title', 'lp-a'."""
    # At its end before its beginning: 'A Love Supreme - B'.
    found = [(mark["named"] or mark["letter"], mark) for mark in _SIDE.finditer(name)]
    named = [letter for letter, mark in found if mark["named"]]
    ends = [letter for letter, mark in found if mark.end() == len(name.rstrip(")] "))]
    begins = [
        letter
        for letter, mark in found
        if mark.start() == 0 and re.match(r"\d|\s*[-_.]", name[1:]) is not None
    ]
    letters = named or ends or begins
    return side_of(letters[-1]) if letters else None


def _record(folders: Sequence[str], stem: str) -> str:
    """Which record a file is of, by the folders that hold it or else by its own name."""
    albums = [
        name for name in folders if _SIDE.fullmatch(name) is None and not _DISC.fullmatch(name)
    ]
    return "/".join(albums or [without_side(stem)]).casefold()


def without_side(stem: str) -> str:
    """A file's name without what tells its side or its place on it: 'A1', 'side b', '(b)'."""
    spare = " _.-()[]"
    at = [mark for mark in _SIDE.finditer(stem) if mark["named"] or mark.start() > 0]
    kept = stem[: at[-1].start()] + stem[at[-1].end() :] if at else stem
    kept = re.sub(r"^[A-Ha-h]\d{1,2}(?=[\s_.-])", "", kept)
    return kept.strip(spare) or stem


def _told(root: Path, row: Mapping[str, str]) -> Labelled | str:
    """The side that a row tells of, or what is wrong with the row."""
    name, text = row["file"].strip(), row["text"].strip()
    if not name:
        return "no file is named"
    path = root / name
    if not path.is_file():
        return f"{path}: no such file"
    named = row.get("side", "").strip()
    if named and re.fullmatch(r"[A-Ha-h]|[1-8]", named) is None:
        return f"side {named[:20]!r}: expected a letter from A to H or a number from 1 to 8"
    label = label_of(text, side_of(named) if named else side_in(path.stem))
    if label is None:
        return f"{text[:60]!r} gives no grade" if text else "no grade is given"
    given = row.get("record", "").strip()
    folders = Path(name).parts[:-1]
    inside = [part for part in folders if part not in ("/", ".", "..")]
    kept = [part for part in inside if label_of_folder(part) is None]
    return Labelled(path, label, given.casefold() or _record(kept, path.stem))


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by our names of their columns, each with the line of the file that it ends in."""
    try:
        text = table.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RunoutError(f"{table}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunoutError(f"{table}: not a text file in UTF-8") from error
    first = text.split("\n", 1)[0]
    reader = csv.reader(
        text.splitlines(keepends=True), delimiter=max(",;\t", key=first.count), strict=True
    )
    try:
        heads = [re.sub(r"[^a-z0-9]", "", head.casefold()) for head in next(reader, [])]
        places = {
            ours: next((heads.index(name) for name in names if name in heads), None)
            for ours, names in _COLUMNS.items()
        }
        for needed in ("file", "text"):
            if places[needed] is None:
                allowed = ", ".join(_COLUMNS[needed])
                raise RunoutError(f"{table}, line 1: no column {needed!r} (or one of {allowed})")
        for row in reader:
            if any(cell.strip() for cell in row):
                yield (
                    reader.line_num,
                    {
                        ours: row[place] if place < len(row) else ""
                        for ours, place in places.items()
                        if place is not None
                    },
                )
    except csv.Error as error:
        raise RunoutError(f"{table}, line {reader.line_num}: not CSV: {error}") from error
