"""Writes into the settings which device is the preamp, and leaves all else in them as it is."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from runout.errors import RunoutError
from runout.source.devices import Device
from runout.source.wanted import config_line

_AUDIO = re.compile(r"^[ \t]*\[[ \t]*audio[ \t]*\][ \t]*(?:#.*)?$", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_SET = re.compile(r"^[ \t]*device[ \t]*=.*$", re.MULTILINE)
_COMMENTED = re.compile(r"^[ \t]*#[ \t]*device[ \t]*=.*$", re.MULTILINE)


def with_device(text: str, device: Device) -> str:
    """The text of a settings file, picking this device.

    Raises RunoutError where it isn't TOML, or is too unusual to be changed by a program.
    """
    line = config_line(device)
    before = _parsed(text)
    header = _AUDIO.search(text)
    if header is None:
        changed = f"{text.rstrip()}\n\n[audio]\n{line}\n".lstrip()
    else:
        following = _TABLE.search(text, header.end())
        end = following.start() if following else len(text)
        table = text[header.end() : end]
        for found in (_SET.search(table), _COMMENTED.search(table)):
            if found is not None:
                table = table[: found.start()] + line + table[found.end() :]
                break
        else:
            table = f"\n{line}{table}"
        changed = text[: header.end()] + table + text[end:]
    audio = before.get("audio", {})
    meant = before | {"audio": audio | tomllib.loads(line)} if isinstance(audio, dict) else None
    if _parsed(changed) != meant:
        raise RunoutError(f"the settings are written in too unusual a way; put in [audio]: {line}")
    return changed


def write_device(path: Path, device: Device) -> None:
    """Pick this device in the settings file at `path`, which needn't exist.

    Raises RunoutError where that can't be done; the file is then as it was.
    """
    new = path.with_name(path.name + ".new")
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        changed = with_device(text, device)
        new.write_text(changed, encoding="utf-8")
        if path.exists():
            kept = path.stat()
            new.chmod(kept.st_mode)
            os.chown(new, kept.st_uid, kept.st_gid)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise RunoutError(f"{path}: can't be written: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunoutError(f"{path}: not a text file in UTF-8") from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise RunoutError(f"the settings are not TOML: {error}") from error
