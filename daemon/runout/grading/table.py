"""Grade tables: limits for each measure, read from TOML."""

import math
import tomllib
from dataclasses import dataclass
from importlib import resources

from runout.grading.grade import LABELS, Evidence, Grade, Label


@dataclass(frozen=True, slots=True)
class Rule:
    """The limits of one measure."""

    measure: str
    unit: str
    limits: tuple[float, ...]
    """The most that NM, VG+, ... allow, rising"""
    words: str
    """How a dealer would put it, with `{value}`"""
    source: str
    """Where the limits come from"""

    def index(self, value: float) -> float:
        """The grade that `value` allows, as a number that rounds to its label.

        Within a grade it goes from half a grade better to half a grade worse.
        """
        step = self.limits[1] - self.limits[0]
        low = -math.inf if self.limits[0] < 0 else 0.0
        for grade, limit in enumerate(self.limits):
            if value <= limit:
                if grade == 0:
                    low = max(low, limit - step)
                    return 0.499 * max(0.0, (value - low) / (limit - low))
                return grade - 0.5 + 0.999 * (value - low) / (limit - low)
            low = limit
        beyond = (value - low) / (low - self.limits[-2])
        # Nothing worse is told apart here, so its end is the middle of the last grade.
        return len(self.limits) - 0.5 + 0.5 * min(1.0, beyond)


@dataclass(frozen=True, slots=True)
class Table:
    """A scale with its rules."""

    scale: str
    version: str
    least_heard_s: float
    """Seconds of programme below which the grade is withheld"""
    most_clipped_percent: float
    """Per cent of clipped samples above which the grade is withheld"""
    least_sample_rate_hz: int
    """Hertz of the source below which the grade is withheld"""
    most_capture_glitches_per_min: float
    """Capture glitches a minute above which the grade is withheld"""
    most_unbalanced_db: float
    """Decibels between left and right above which the grade is withheld"""
    rules: tuple[Rule, ...]


def load_table(name: str = "goldmine") -> Table:
    """Load a table that ships with Runout."""
    text = resources.files("runout.grading").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    rules = tuple(
        Rule(
            rule["measure"],
            rule["unit"],
            tuple(rule["limits"][label] for label in LABELS if label in rule["limits"]),
            rule["words"],
            rule["source"],
        )
        for rule in data["rule"]
    )
    return Table(
        data["scale"],
        data["version"],
        data["least_heard_s"],
        data["most_clipped_percent"],
        data["least_sample_rate_hz"],
        data["most_capture_glitches_per_min"],
        data["most_unbalanced_db"],
        rules,
    )


def grade(measurements: dict[str, float], heard_s: float, sample_rate: int, table: Table) -> Grade:
    """Grade a side by its measurements; those that the table has no rule for don't count.

    `heard_s` seconds of programme were heard, of a source at `sample_rate` hertz.
    """
    reason = _withheld(measurements, heard_s, sample_rate, table)
    rated = [
        (rule.index(measurements[rule.measure]), rule)
        for rule in table.rules
        if rule.measure in measurements
    ]
    evidence = tuple(
        Evidence(rule.measure, measurements[rule.measure], rule.unit, LABELS[_rounded(index)])
        for index, rule in rated
    )
    if reason is not None:
        return Grade(table.scale, None, None, {}, reason, evidence, table.version)
    index, worst = max(rated, key=lambda one: one[0])
    limited_by = (
        "nothing: no defect that one would notice"
        if _rounded(index) == 0
        else worst.words.format(value=measurements[worst.measure])
    )
    return Grade(
        table.scale,
        LABELS[_rounded(index)],
        index,
        _probabilities(index, heard_s, worst=max(len(rule.limits) for _, rule in rated)),
        limited_by,
        evidence,
        table.version,
    )


def _withheld(
    measurements: dict[str, float], heard_s: float, sample_rate: int, table: Table
) -> str | None:
    if heard_s == 0.0:
        return "no music was heard"
    if sample_rate < table.least_sample_rate_hz:
        return (
            f"sampled at {sample_rate} Hz: below {table.least_sample_rate_hz} Hz clicks go unheard"
        )
    balance = measurements["channel_balance_db"]
    if abs(balance) > table.most_unbalanced_db:
        silent = "right" if balance > 0 else "left"
        return f"the {silent} channel is all but silent: look at the cartridge and its leads"
    clipped = measurements["clipped_percent"]
    if clipped > table.most_clipped_percent:
        return f"the input is clipped ({clipped:.1f} % of it): turn the preamp's gain down"
    glitches = measurements["capture_glitches_per_min"]
    if glitches > table.most_capture_glitches_per_min:
        return f"the capture loses sound {glitches:.0f} times a minute: look at the USB cable"
    if heard_s < table.least_heard_s:
        return f"only {heard_s:.1f} s of music were heard; a grade needs {table.least_heard_s:g} s"
    return None


def _rounded(index: float) -> int:
    return math.floor(index + 0.5)


def _probabilities(index: float, heard_s: float, worst: int) -> dict[Label, float]:
    """How likely each label is: a normal spread about the index, wider the less was heard.

    Half a grade after 10 s, a quarter after a whole side of 20 minutes. `worst` is the last
    grade that the rules can give; no label beyond it is likely at all.
    """
    spread = 0.2 + 1.0 / math.sqrt(max(heard_s, 1.0))

    def below(edge: float) -> float:
        return 0.5 * (1.0 + math.erf((edge - index) / (spread * math.sqrt(2.0))))

    edges = [0.0, *(below(grade + 0.5) for grade in range(worst))]
    edges += [1.0] * (len(LABELS) + 1 - len(edges))
    return {label: edges[n + 1] - edges[n] for n, label in enumerate(LABELS)}
