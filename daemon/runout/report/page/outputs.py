"""Where reports go: named and checked before the long work."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from runout.errors import RunoutError, UsageError

_NEEDED = ("jinja2", "matplotlib")


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the reports of one sound file go."""

    page: Path | None
    """HTML; None where none is wanted"""
    picture: Path | None
    """PNG; None where none is wanted"""


def outputs_of(
    sounds: Sequence[Path], page: Path | None, picture: Path | None
) -> tuple[Outputs, ...]:
    """Return where the reports of each sound file go, in order.

    For one sound file `page` and `picture` name a file, or a folder that is there; for several a
    folder, made if need be, in which each report has its sound's name. Raises RunoutError where
    nothing can be written, or where what draws reports isn't installed.
    """
    if page is None and picture is None:
        return (Outputs(None, None),) * len(sounds)
    _check_installed()
    pages = _files(sounds, page, ".html", "--report")
    pictures = _files(sounds, picture, ".png", "--plot")
    if page is not None and page == picture:
        both = [one for one in pages if one is not None and one in pictures]
        if both:
            raise UsageError(f"{page}: --report and --plot can't both be written there")
    return tuple(Outputs(*both) for both in zip(pages, pictures, strict=True))


def _check_installed() -> None:
    if any(find_spec(name) is None for name in _NEEDED):
        raise RunoutError(
            "the report needs jinja2 and matplotlib: "
            ".venv/bin/pip install -e '.[report]' in the checkout"
        )


def _files(
    sounds: Sequence[Path], wanted: Path | None, ending: str, option: str
) -> list[Path | None]:
    if wanted is None:
        return [None] * len(sounds)
    if len(sounds) > 1 and not wanted.is_dir():
        if wanted.exists():
            raise UsageError(f"{option} {wanted}: with several files it names a folder")
        try:
            wanted.mkdir(parents=True)
        except OSError as error:
            raise RunoutError(f"{wanted}: can't be made ({error.strerror})") from error
    files = _in_folder(wanted, sounds, ending) if wanted.is_dir() else [wanted]
    for file in files:
        _check_target(file, sounds)
    _check_writable(files[0].parent)
    return [*files]


def _in_folder(folder: Path, sounds: Sequence[Path], ending: str) -> list[Path]:
    """A name for each sound; sounds of the same name from several folders are numbered."""
    taken: set[str] = set()
    files = []
    for sound in sounds:
        name, number = sound.stem, 1
        while name in taken:
            number += 1
            name = f"{sound.stem}-{number}"
        taken.add(name)
        files.append(folder / f"{name}{ending}")
    return files


def _check_target(file: Path, sounds: Sequence[Path]) -> None:
    # What is there is replaced, which mustn't befall a device or the record itself.
    if file.exists() and not file.is_file():
        raise RunoutError(f"{file}: can't be written: it is a folder, device or pipe")
    if any(sound.exists() and file.exists() and sound.samefile(file) for sound in sounds):
        raise UsageError(f"{file}: is the sound file itself; name another for the report")


def _check_writable(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise RunoutError(f"{folder}: can't be written to ({error.strerror})") from error


def write(file: Path, content: bytes) -> None:
    """Write a report whole or not at all; raise RunoutError where that fails."""
    target = file.resolve()
    part = target.with_name(f".{target.name}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise RunoutError(f"{file}: can't be written ({error.strerror})") from error
