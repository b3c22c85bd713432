"""What measurements are called for people, in which unit, and what each is in plain words."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

_UNITS = {
    "_per_min": "1/min",
    "_per_s": "1/s",
    "_percent": "%",
    "_dbfs": "dBFS",
    "_dbtp": "dBTP",
    "_lufs": "LUFS",
    "_db": "dB",
    "_hz": "Hz",
    "_rpm": "rpm",
    "_deg": "°",
    "_mm": "mm",
    "_s": "s",
}
"""By a measurement's ending"""
_USUAL_DIGITS = 1
_WITHOUT_UNIT = ("channel_correlation", "inner_groove_rise_z")
"""That are no counts"""
_DIGITS = {"Hz": 0, "": 0, "1/min": 1, "%": 2, "1/s": 0}

OTHER = "Also measured"
_CHANNELS = ("left", "right", "lateral", "vertical")


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement as it is shown."""

    name: str
    value: str
    unit: str
    plain: str


@dataclass(frozen=True, slots=True)
class _Known:
    """A measurement that has a name."""

    group: str
    called: str
    plain: str


@cache
def _known() -> dict[str, _Known]:
    file = resources.files("runout.report.page").joinpath("measures.toml")
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        name: _Known(group, called, plain)
        for group, measures in table.items()
        for name, (called, plain) in measures.items()
    }


def groups(measurements: Mapping[str, float]) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Return the measurements by group, those that have no name of their own last."""
    order = [*_known(), *(name for name in measurements if name not in _known())]
    found: dict[str, list[Row]] = {}
    for name in order:
        value = measurements.get(name, math.nan)
        if math.isfinite(value):
            known = _known_as(name)
            row = Row(known.called, value_words(name, value), unit_of(name), known.plain)
            found.setdefault(known.group, []).append(row)
    return tuple((group, tuple(rows)) for group, rows in found.items())


def measure_words(name: str) -> str:
    """Return what a measurement is called; of one that isn't known, its name without the unit."""
    return _known_as(name).called


def _known_as(name: str) -> _Known:
    """What is known of a measurement, or of what it is a channel's share of."""
    if name in _known():
        return _known()[name]
    for channel in _CHANNELS:
        whole = name.replace(f"_{channel}_", "_")
        if whole != name and whole in _known():
            known = _known()[whole]
            return _Known(known.group, f"{known.called}, {channel}", known.plain)
    plain = name.removesuffix(_ending(name)).replace("_", " ").capitalize()
    return _Known(OTHER, plain, "")


def unit_of(name: str) -> str:
    """Return the unit that a measurement's name ends with, empty for a count."""
    return _UNITS.get(_ending(name), "")


def value_words(name: str, value: float) -> str:
    """Return a value with as many digits as it is worth."""
    if value == 0.0:
        return "0"
    unit = unit_of(name)
    digits = 2 if name in _WITHOUT_UNIT else _DIGITS.get(unit, _USUAL_DIGITS)
    if unit == "%" and abs(value) >= 10.0:
        digits = 1
    # Adding zero turns -0.0, and what rounds to it, into 0.0.
    return f"{round(value, digits) + 0.0:,.{digits}f}"


def _ending(name: str) -> str:
    return next((ending for ending in _UNITS if name.endswith(ending)), "")
