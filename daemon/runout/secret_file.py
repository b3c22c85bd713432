"""Secrets come from files, never from the command line."""

from pathlib import Path

from runout.errors import RunoutError


def first_line(what: str, path: Path, longest: int) -> str:
    """Return the secret in a file's first line, of `longest` bytes at most.

    Raises RunoutError, which names it by `what`, where there is none that can be used.
    """
    try:
        # Not splitlines: a password may have what Unicode calls a line's end. A file from Windows
        # has a mark at its beginning and a return at the line's end.
        line = path.read_text(encoding="utf-8-sig").split("\n", 1)[0].rstrip("\r")
    except OSError as error:
        raise RunoutError(f"{what} {path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunoutError(f"{what} {path}: not text in UTF-8") from error
    if not line:
        raise RunoutError(f"{what} {path}: its first line is empty")
    if len(line.encode()) > longest:
        raise RunoutError(f"{what} {path}: its first line is too long for a secret")
    return line
