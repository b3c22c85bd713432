"""Reads a grade table from TOML, and says in one line what is wrong with it.

Those that ship with Runout go by their names; a shop's own goes by its path.
"""

import difflib
import math
import re
import string
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from runout.errors import RunoutError
from runout.grading.deviation import RuleKind
from runout.grading.grade import LABELS, Label
from runout.grading.rules import PLACES, Rule, Table, Withholding

SHIPPED = ("discogs", "goldmine")
"""Tables that come with Runout, by name"""
_LONGEST_SHOWN = 60
"""Letters; a value from a wrong file can be a page long"""
_LARGEST = 1e12
"""Of any number in a table; anything larger is a slip"""
_SPEC = re.compile(r"[+,]?(\.\d)?[efg%]?")
"""How a value may be put into words"""
_COUNTED: Mapping[str, tuple[RuleKind, ...]] = {
    "skips": ("count",),
    "locked_grooves": ("count",),
    "worst_minute_loudness": ("worst",),
}
_KINDS_OF: Mapping[str, tuple[RuleKind, ...]] = {
    "1/min": ("rate", "level"),
    "%": ("share", "level"),
}
"""Kinds of rule that a measure may have by its unit; of any other it is a level"""


def load_table(name: str | Path = "goldmine") -> Table:
    """Load a table that ships with Runout by its name, or a shop's own by its path.

    Raises RunoutError, in one line, that names the file, the rule, the key and what is allowed.
    """
    if name in SHIPPED:
        text = _shipped(f"{name}.toml")
    elif isinstance(name, str) and ("\0" in name or _is_no_path(name)):
        allowed = f"{', '.join(SHIPPED)}, or the path of a .toml file"
        raise RunoutError(f"no grade table {_shown(name)}: allowed are {allowed}")
    else:
        try:
            # Some editors put a mark before the text.
            text = Path(name).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise RunoutError(f"{name}: can't be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise RunoutError(f"{name}: not a text file in UTF-8") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RunoutError(f"{name}: not TOML: {error}") from error
    except RecursionError as error:
        raise RunoutError(f"{name}: not a grade table: nested too deeply") from error
    return _table(_Keys(data, str(name)))


def known_measures() -> Mapping[str, str]:
    """Return the unit of each measurement that a side may have, by its name."""
    units: dict[str, str] = tomllib.loads(_shipped("measures.toml"))
    return units


def _shipped(name: str) -> str:
    return resources.files("runout.grading").joinpath(name).read_text(encoding="utf-8")


def _is_no_path(name: str) -> bool:
    return "/" not in name and not name.endswith(".toml")


def _named(name: object) -> str:
    """A key or a name on one line."""
    return name if isinstance(name, str) and name.isprintable() else _shown(name)


def _shown(value: object) -> str:
    shown = "a table" if isinstance(value, dict) else repr(value)
    return shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "..."


class _Keys:
    """The keys of one TOML table, each taken once; those that are left over are wrong."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self.where = where
        self._data = dict(data)
        self._taken: list[str] = []

    def refused(self, key: str, value: object, allowed: str) -> RunoutError:
        return RunoutError(f"{self.where}: {key} = {_shown(value)}: allowed is {allowed}")

    def take(self, key: str, optional: bool = False) -> Any:
        """A value, or None where there is none."""
        self._taken.append(key)
        if key not in self._data and not optional:
            raise RunoutError(f"{self.where}: {key} is missing")
        return self._data.pop(key, None)

    def text(self, key: str, optional: bool = False) -> Any:
        value = self.take(key, optional)
        if value is None or (isinstance(value, str) and value.isprintable()):
            return value
        raise self.refused(key, value, "text in quotes, on one line")

    def number(self, key: str, least: float = -math.inf, optional: bool = False) -> Any:
        value = self.take(key, optional)
        if value is None or (_is_number(value) and value >= least):
            return value
        words = "a number" if least == -math.inf else f"a number from {least:g} on"
        raise self.refused(key, value, words)

    def one_of(self, key: str, allowed: Sequence[str], optional: bool = False) -> Any:
        value = self.take(key, optional)
        if value is None or value in allowed:
            return value
        raise self.refused(key, value, f"one of {', '.join(allowed)}")

    def measure(self, key: str, known: Mapping[str, str], optional: bool = False) -> Any:
        value = self.text(key, optional)
        if value is None or value in known:
            return value
        near = difflib.get_close_matches(value, known, n=1)
        hint = f" such as {near[0]!r}" if near else ""
        raise self.refused(key, value, f"a measurement of docs/grading.md{hint}")

    def words(self, key: str) -> str:
        text: str = self.text(key)
        try:
            for _, field, spec, conversion in string.Formatter().parse(text):
                if field not in (None, "value") or conversion or not _SPEC.fullmatch(spec or ""):
                    raise ValueError(field)
        except ValueError as error:
            allowed = "text with no field but {value}, such as '{value:.1f} clicks a minute'"
            raise self.refused(key, text, allowed) from error
        return text

    def table(self, key: str) -> "_Keys":
        value = self.take(key)
        if not isinstance(value, dict):
            raise self.refused(key, value, f"a table, [{key}]")
        return _Keys(value, f"{self.where}: {key}")

    def tables(self, key: str, optional: bool = False) -> list["_Keys"]:
        value = self.take(key, optional)
        if value is None and optional:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.refused(key, value, f"tables, each [[{key}]]")
        names = (one.get("name", one.get("measure")) for one in value)
        return [
            _Keys(one, f"{self.where}: {key} {number}" + (f" ({_named(name)})" if name else ""))
            for number, (one, name) in enumerate(zip(value, names, strict=True), start=1)
        ]

    def done(self) -> None:
        """Refuse what nobody took."""
        for key in self._data:
            allowed = ", ".join(self._taken)
            raise RunoutError(f"{self.where}: {_named(key)}: no such key; allowed are {allowed}")


def _is_number(value: object) -> bool:
    # bool is an int to isinstance, and never what was meant by a number.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_LARGEST <= value <= _LARGEST


def _table(keys: _Keys) -> Table:
    known = known_measures()
    least = keys.table("least")
    most = keys.table("most")
    names = keys.table("names")
    table = Table(
        scale=keys.text("scale"),
        version=keys.text("version"),
        least_heard_s=least.number("heard_s", 0.0),
        most_clipped_percent=most.number("clipped_percent", 0.0),
        most_capture_glitches_per_min=most.number("capture_glitches_per_min", 0.0),
        least_sample_rate_hz=least.number("sample_rate_hz", 0.0),
        most_unbalanced_db=most.number("unbalanced_db", 0.0),
        names={label: names.text(label) for label in LABELS},
        rules=tuple(_rule(rule, known) for rule in keys.tables("rule")),
        withheld=tuple(_withholding(one, known) for one in keys.tables("withheld", optional=True)),
    )
    if not table.rules:
        raise RunoutError(f"{keys.where}: rule: allowed is one [[rule]] or more")
    for section in (least, most, names, keys):
        section.done()
    return table


def _withholding(keys: _Keys, known: Mapping[str, str]) -> Withholding:
    measure = keys.measure("measure", known)
    withholding = Withholding(measure, keys.number("most"), keys.words("words"))
    keys.done()
    return withholding


def _rule(keys: _Keys, known: Mapping[str, str]) -> Rule:
    measure = keys.measure("measure", known)
    over = keys.measure("over", known, optional=True)
    unit = known[measure] if over is None else "dB"
    kinds = _COUNTED.get(measure, _KINDS_OF.get(unit, ("level",)))
    rule = Rule(
        measure=measure,
        kind=keys.one_of("kind", kinds),
        unit=keys.one_of("unit", (unit,)),
        limits=_limits(keys),
        words=keys.words("words"),
        source=keys.text("source"),
        spread=keys.number("spread", 0.0, optional=True) or 0.0,
        stretch_s=keys.number("stretch_s", 0.1, optional=True) or 0.0,
        place=keys.one_of("place", PLACES, optional=True),
        over=over,
        name=keys.text("name", optional=True),
        needs=keys.measure("needs", known, optional=True),
        unless=keys.measure("unless", known, optional=True),
        unless_within=keys.number("unless_within", optional=True),
    )
    keys.done()
    first = next(iter(rule.limits.values()))
    if rule.kind != "level" and first < 0.0:
        raise keys.refused("limits", first, f"0 and more where kind = {rule.kind!r}")
    if (rule.kind == "share") != (rule.stretch_s > 0.0):
        raise RunoutError(f"{keys.where}: stretch_s goes with kind = 'share', and is needed there")
    if rule.unless_within is not None and rule.unless is None:
        raise RunoutError(f"{keys.where}: unless_within goes with unless")
    return rule


def _limits(keys: _Keys) -> Mapping[Label, float]:
    given = keys.take("limits")
    allowed = LABELS[:-1]
    if not isinstance(given, dict) or not given or not all(map(_is_number, given.values())):
        words = 'a table of numbers, such as { NM = 0.2, "VG+" = 1.0, VG = 6.0 }'
        raise keys.refused("limits", given, words)
    for label in given:
        if label not in allowed:
            raise RunoutError(
                f"{keys.where}: limits.{_named(label)}: no such key; allowed are "
                f"{', '.join(allowed)}"
            )
    limits: dict[Label, float] = {label: float(given[label]) for label in allowed if label in given}
    labels = list(limits)
    run = allowed[allowed.index(labels[0]) : allowed.index(labels[-1]) + 1]
    if missing := [label for label in run if label not in limits]:
        raise RunoutError(f"{keys.where}: limits.{missing[0]} is missing between two others")
    for (label, low), (worse, high) in pairwise(limits.items()):
        if high <= low:
            raise RunoutError(
                f"{keys.where}: limits.{worse} = {high:g}: allowed is more than {label}'s {low:g}"
            )
    if len(limits) == 1 and limits[labels[0]] <= 0.0:
        raise keys.refused("limits", given, "two labels or more, or one above 0")
    return limits
