"""Which sides are wanted, and in which order, as SQL."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from runout.web.records.label import clean
from runout.web.records.side import Source

Sort = Literal["newest", "oldest", "best", "worst", "name"]
GradeWanted = Literal["NM", "VG+", "VG", "G+", "G", "F", "P", "none"]
"""A label, or `none` for withheld"""
MOST_SIDES = 200
"""Of a page"""
_MOST_WORDS = 10
_ORDERS: dict[Sort, tuple[str, str]] = {
    "newest": ("started_at", "DESC"),
    "oldest": ("started_at", "ASC"),
    # Those without a grade come last either way.
    "best": ("coalesce(grade_index, 99.0)", "ASC"),
    "worst": ("coalesce(grade_index, -1.0)", "DESC"),
    "name": ("filed", "ASC"),
}


class CursorError(ValueError):
    """A cursor isn't one that we gave."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; what is None is not asked for."""

    search: str = ""
    """Words, each of which begins a word of what is written on the side"""
    source: Source | None = None
    grade: GradeWanted | None = None
    record: str | None = None
    sort: Sort = "newest"


def condition(wanted: Wanted, many: bool) -> tuple[str, list[object]]:
    """Return the SQL condition on `side`, and its values.

    Where `many` sides have the words that are sought, SQLite goes through an index and asks of
    each row whether it is among those, instead of fetching and sorting all of those.
    """
    conditions, values = [], list[object]()
    begun, others = _words(wanted)
    if begun:
        number = "+number" if many else "number"
        conditions.append(f"{number} IN (SELECT rowid FROM side_words WHERE side_words MATCH ?)")
        values.append(begun)
    for word in others:
        conditions.append("instr(filed, ?)")
        values.append(word)
    if wanted.source is not None:
        conditions.append("source = ?")
        values.append(wanted.source)
    if wanted.grade == "none":
        conditions.append("grade_label IS NULL")
    elif wanted.grade is not None:
        conditions.append("grade_label = ?")
        values.append(wanted.grade)
    if wanted.record is not None:
        conditions.append("record = ?")
        values.append(wanted.record)
    return " AND ".join(conditions) or "1", values


def count(wanted: Wanted) -> tuple[str, list[object]]:
    """Return the SQL query of how many there are, and its values."""
    where, values = condition(wanted, many=True)
    if where.startswith("+number") and len(values) == 1 and wanted.grade != "none":
        return "SELECT count(*) FROM side_words WHERE side_words MATCH ?", values
    return f"SELECT count(*) FROM side WHERE {where}", values


def _words(wanted: Wanted) -> tuple[str, list[str]]:
    """A query of FTS5 (sqlite.org/fts5.html) for all words with letters or digits; the others."""
    words = clean(wanted.search).split()[:_MOST_WORDS]
    begun = [word for word in words if any(map(str.isalnum, word))]
    quoted = (word.replace('"', '""') for word in begun)
    others = [word.casefold() for word in words if word not in begun]
    return " ".join(f'"{word}"*' for word in quoted), others


def order(sort: Sort) -> str:
    """Return the SQL terms to order by."""
    key, way = _ORDERS[sort]
    return f"{key} {way}, number {way}"


def key(sort: Sort) -> str:
    """Return the SQL expression that is ordered by."""
    return _ORDERS[sort][0]


def after(sort: Sort, cursor: str) -> tuple[str, Sequence[Any]]:
    """Return the condition of coming after a cursor; raises CursorError where it is none."""
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        value, number = json.loads(raw)
    except (ValueError, TypeError, RecursionError) as error:
        raise CursorError("no such cursor") from error
    kind = float if sort in ("best", "worst") else str
    if type(value) is not kind or type(number) is not int or not 0 <= number < 2**63:
        raise CursorError("no such cursor")
    term, way = _ORDERS[sort]
    # Written out so that the index serves for the first term.
    sign = "<" if way == "DESC" else ">"
    return f"{term} {sign}= ? AND ({term} {sign} ? OR number {sign} ?)", (value, value, number)


def cursor_of(value: object, number: int) -> str:
    """Return the cursor of a row: its value of `key`, and its number."""
    return base64.b64encode(json.dumps([value, number]).encode(), altchars=b"-_").decode()
