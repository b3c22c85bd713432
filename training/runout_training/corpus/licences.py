"""Licences, from the copyright files of the Debian packages."""

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from runout.errors import RunoutError

# Copyright files in free words; the licence that each gives its sound, in the names of SPDX.
_IN_WORDS = {
    "wesnoth-1.16-music": ("GPL-2.0-or-later", "version 2\n        or at your option any later"),
    "nexuiz-music": ("GPL-2.0-or-later", "either version 2\nof the License, or (at your option)"),
    "singularity-music": ("CC-BY-SA-3.0", "License Elements"),
    "fretsonfire-songs-muldjord": ("CC-BY-SA-3.0", "Attribution-ShareAlike 3.0 Unported"),
    "fretsonfire-songs-sectoid": ("MIT", "Permission is hereby granted, free of charge"),
    "fluid-soundfont-gm": ("MIT", "I hereby release Fluid under the MIT license"),
}


def licence_of(package: Path, file: str) -> str:
    """Licence of a file, by its path in an unpacked package.

    Read from the machine-readable copyright file (DEP-5), of which the last paragraph that names
    the file holds; for copyright files in free words from a table, after a look whether the words
    are still there.
    """
    path = package / "usr" / "share" / "doc" / package.name / "copyright"
    if not path.is_file():
        raise RunoutError(f"{path} is missing: no licence is known for {file}")
    if package.name in _IN_WORDS:
        licence, words = _IN_WORDS[package.name]
        if words not in path.read_text(encoding="utf-8"):
            raise RunoutError(f"{path} no longer says that {package.name} is {licence}")
        return licence
    found = [
        licence
        for patterns, licence in _paragraphs(path)
        if any(_names(pattern, file) for pattern in patterns)
    ]
    if not found:
        raise RunoutError(f"{path} names no licence for {file}")
    return found[-1]


def _names(pattern: str, file: str) -> bool:
    """Whether a pattern over the paths of the source package is of this file.

    Packages lay their sources out anew, so where the whole path doesn't fit, the last part of a
    pattern that names one file does; a drum kit was an archive there and is a folder here.
    """
    if pattern == "*" or fnmatch(file, f"*/{pattern}"):
        return True
    last = pattern.rsplit("/", 1)[-1]
    if last.endswith(".h2drumkit"):
        # Folders may have their version after the archive's name.
        kit = last.removesuffix(".h2drumkit")
        return fnmatch(Path(file).parent.name, f"{kit}*")
    return last.strip("*?.") != "" and not last.startswith("*") and fnmatch(Path(file).name, last)


@cache
def _paragraphs(path: Path) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Patterns and licence of each paragraph about files."""
    paragraphs = []
    for text in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)", text, re.MULTILINE))
        if "Files" in fields and "License" in fields:
            licence = fields["License"].splitlines()[0].strip()
            paragraphs.append((tuple(fields["Files"].split()), licence))
    return tuple(paragraphs)
