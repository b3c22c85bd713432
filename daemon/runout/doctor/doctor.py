"""The whole round, and how it is told."""

import json
import shutil
import subprocess
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from runout import config
from runout.doctor.broker import broker
from runout.doctor.finding import Finding
from runout.doctor.machine import clock, disk, power
from runout.doctor.preamp import preamp
from runout.doctor.software import model, packages
from runout.doctor.unit import ask_unit, group, service, user_number
from runout.errors import RunoutError
from runout.health import temperature_c, throttled
from runout.model.card import load_model
from runout.report.mqtt.outbox import default_path
from runout.report.terminal.style import Style
from runout.source.capture import CaptureSource

STATE = Path("/var/lib/runout")
"""Where the service keeps its history (StateDirectory= in runout.service)"""
_ANSWER_S = 10.0
_BLOCK_S = 0.1
_COLOURS = {"ok": "32", "look": "33", "wrong": "31"}
_INDENT = " " * 19


def doctor(path: Path | None, as_line: bool, out: TextIO) -> int:
    """Look over the box with the settings at `path`; return the exit status: 1 for anything wrong.

    Told in words as it is found, or as one line of JSON at the end.
    """
    found = []
    for finding in findings(path):
        found.append(finding)
        if not as_line:
            print("\n".join(lines(finding, Style.of(out))), file=out, flush=True)
    if as_line:
        print(as_json(found), file=out)
    return 0 if all_well(found) else 1


def findings(path: Path | None) -> Iterator[Finding]:
    """Look at everything, in the order in which one thing needs another."""
    yield packages()
    yield model(load_model)
    settings = config.Settings()
    where = path or config.DEFAULT_PATH
    try:
        settings = config.load(path)
        there = where.exists()
        yield Finding("settings", "ok", str(where) if there else f"{where} isn't there: defaults")
    except RunoutError as error:
        yield Finding("settings", "wrong", str(error), f"sudo nano {where}")
    unit = ask_unit(ask)
    yield service(unit)
    number = user_number()
    yield group()
    device = settings.audio.device
    status = unit.status if unit is not None and unit.active else None
    yield preamp(lambda: CaptureSource(device, _BLOCK_S), status)
    yield broker(settings.mqtt)
    yield disk(default_path().parent if number is None else STATE, number)
    yield clock(ask)
    yield power(temperature_c(), throttled())


def ask(command: Sequence[str]) -> str | None:
    """Run a command of the system; see `Ask`."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_ANSWER_S, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.strip() or None


def lines(finding: Finding, style: Style) -> list[str]:
    """One finding for the terminal."""
    verdict = style.paint(f"{finding.verdict:<6}", _COLOURS[finding.verdict])
    width = style.columns - len(_INDENT)
    first, *more = textwrap.wrap(finding.words, width, break_on_hyphens=False) or [""]
    told = [f"  {verdict} {finding.check:<10}{first}", *(_INDENT + line for line in more)]
    advice = textwrap.wrap(finding.advice, width - 3, break_on_hyphens=False)
    marks = ("-> ", *["   "] * len(advice))
    told += [_INDENT + mark + line for mark, line in zip(marks, advice, strict=False)]
    return told


def as_json(found: Sequence[Finding]) -> str:
    """All findings as one line of JSON."""
    return json.dumps(
        {"ok": all_well(found), "findings": [asdict(one) for one in found]}, ensure_ascii=False
    )


def all_well(found: Sequence[Finding]) -> bool:
    """Whether nothing is wrong."""
    return all(one.verdict != "wrong" for one in found)
