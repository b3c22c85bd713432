"""Grades a side by a table."""

from collections.abc import Mapping

from runout.grading.grade import Evidence, Grade, label_of
from runout.grading.probability import probabilities
from runout.grading.reading import load_table
from runout.grading.rules import Rule, Table
from runout.grading.words import NOWHERE, Told, phrases

__all__ = ["Table", "Told", "grade", "load_table"]

_NOTHING = "no defect that one would notice"


def grade(
    measurements: Mapping[str, float],
    heard_s: float,
    sample_rate: int,
    table: Table,
    told: Told = NOWHERE,
) -> Grade:
    """Grade a side by its measurements; those that the table has no rule for don't count.

    `heard_s` seconds of programme were heard, of a source at `sample_rate` hertz. `told` is what
    the reason finds its places in.
    """
    rated = [
        (rule, _evidence(rule, value, heard_s))
        for rule in table.rules
        if (value := rule.value(measurements)) is not None
    ]
    evidence = tuple(one for _, one in rated)
    withheld = _withheld(measurements, heard_s, sample_rate, table)
    if withheld is None and not rated:
        withheld = f"nothing was measured that the table {table.scale!r} asks for"
    if withheld is not None:
        return Grade(
            scale=table.scale,
            label=None,
            index=None,
            probabilities={},
            limited_by=withheld,
            evidence=evidence,
            table_version=table.version,
            confidence=None,
            reason=f"not graded: {withheld}",
        )
    index = max(one.index for one in evidence)
    label = label_of(index)
    limits = [] if label == "NM" else phrases(rated, label, told)
    likely = probabilities(evidence, [rule.worst for rule, _ in rated])
    return Grade(
        scale=table.scale,
        label=label,
        index=index,
        probabilities=likely,
        limited_by=limits[0] if limits else f"nothing: {_NOTHING}",
        evidence=evidence,
        table_version=table.version,
        confidence=likely[label],
        reason=f"{label}: {'; '.join(limits) or _NOTHING}",
        name=table.names[label],
    )


def _evidence(rule: Rule, value: float, heard_s: float) -> Evidence:
    index = rule.index(value)
    return Evidence(
        measure=rule.name or rule.measure,
        value=value,
        unit=rule.unit,
        grade=label_of(index),
        index=index,
        spread=rule.spread_of(value, heard_s),
    )


def _withheld(
    measurements: Mapping[str, float], heard_s: float, sample_rate: int, table: Table
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
    for own in table.withheld:
        value = measurements.get(own.measure)
        if value is not None and value > own.most:
            return own.words.format(value=value)
    if heard_s < table.least_heard_s:
        return f"only {heard_s:.1f} s of music were heard; a grade needs {table.least_heard_s:g} s"
    return None
