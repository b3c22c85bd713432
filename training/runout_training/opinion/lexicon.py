"""The words in which sellers grade: grades, what a grade is said of, and of which side."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from runout.grading.grade import Label

Aspect = Literal["play", "record", "look", "sleeve"]

_PLUS = r"(?:\+|\s\+(?!\s*\w)|[\s-]*plus\b)"
_MINUS = r"(?:-(?!\w)|[\s-]*minus\b)"
"""A dash that a letter follows stands between two grades, or before a remark"""

_NO_INITIAL = r"(?!\.)(?<!\.\w)"
"""'G. Harrison', 'E.P.'"""

# The first that matches counts, so what is longer stands above what it begins with.
_STRONG: tuple[tuple[Label, str], ...] = (
    ("NM", rf"(?i:near[\s-]*mint|mint{_MINUS}|comme\s+neuf|neuwertig)[+-]?"),
    ("NM", rf"(?i:nm|n/m)(?:{_PLUS}|{_MINUS})?"),
    ("NM", r"[Mm]-(?!\w)"),
    ("VG+", rf"(?i:very[\s-]*good|vg|sehr\s+gut)(?:(?i:{_PLUS}))+"),
    ("G+", rf"(?i:very[\s-]*good|vg)(?i:{_MINUS})"),
    ("VG", r"(?i:very[\s-]*good|vg|sehr\s+gut|tr[eè]s\s+bon)"),
    ("VG+", rf"(?i:excellent|ex)(?i:{_PLUS}|{_MINUS})+|E\++"),
    ("VG+", r"E[Xx](?!\s*-?\s*(?i:lib|juke|rental|radio|dj\b|promo))(?!-[a-z])"),
    ("VG+", r"ex(?=\s*(?:$|[,;/)\].]))"),
    ("G+", rf"(?i:good)(?i:{_PLUS})+|[Gg]\++|G(?i:[\s-]*plus\b)"),
    ("F", rf"(?i:good{_MINUS})|G-(?!\w)|(?i:fair)(?i:{_PLUS})|F\+"),
    ("P", rf"(?i:(?:fair|poor){_MINUS})|(?i:poor{_PLUS})|[FP]-(?!\w)|P\+"),
)
_WEAK: tuple[tuple[Label, str], ...] = (
    ("NM", rf"(?i:mint|neuf)|M{_NO_INITIAL}"),
    ("VG+", rf"(?i:excellent)|E{_NO_INITIAL}"),
    ("G", rf"(?i:good|gut|bon)|G{_NO_INITIAL}"),
    ("F", rf"(?i:fair)|F{_NO_INITIAL}"),
    ("P", rf"(?i:poor|schlecht|mauvais)|P{_NO_INITIAL}"),
)
_ASPECTS: tuple[tuple[Aspect, str], ...] = (
    ("play", r"play[\s-]*grad(?:ed?|ing)|plays?|played|playing|sounds?|audio|aural(?:ly)?"),
    ("play", r"spielt|klang|[eé]coute"),
    ("look", r"visual(?:ly)?(?:\s+grad(?:ed?|ing))?|looks?|appearance|optisch|optik|vis\."),
    ("look", r"visuel(?:lement)?"),
    ("sleeve", r"inner[\s-]*sleeves?|sleeves?|covers?|jackets?|gatefold|inners?|inserts?|labels?"),
    ("sleeve", r"obi|posters?|booklets?|artwork|slv|cvr|h[uü]lle|pochette|spine|packaging"),
    ("record", r"vinyls?|records?|media|dis[ck]s?|lps?|wax|platten?|disques?|schallplatten?"),
)
_SIDES = (
    r"(?:sides?|seite|face)[\s.:-]*([a-h]|[1-8])",
    r"([a-h])[\s-]*(?:sides?|seite)",
    r"\(([a-d])\)",
    r"([a-d])\s*[:=]",
    r"([ab])(?=\s?-\s?(?:vg|nm|ex\b|m-|g\+))",
)
BOTH_SIDES = "A/B"
_PAIR = re.compile(r"(?i:(?:sides?\s*)?a\s*/\s*b)")

_VERBS = re.compile(r"(?i:plays?|played|sounds?|looks?|spielt)$")
_PRAISE = ("good", "fair", "poor", "gut", "bon")
"""After a verb: 'plays good'"""


@dataclass(frozen=True, slots=True)
class Token:
    """Something in a text that bears on its grade."""

    start: int
    end: int
    """Letters from the start of the text"""
    label: Label | None = None
    weak: bool = False
    """A grade that is one only where nothing else is said beside it"""
    aspect: Aspect | None = None
    verb: bool = False
    """An aspect that is said before its grade"""
    side: str | None = None
    """Capital letter of a side, or BOTH_SIDES"""


_GRADE_PATTERNS = [(label, False, re.compile(pattern)) for label, pattern in _STRONG]
_GRADE_PATTERNS += [(label, True, re.compile(pattern)) for label, pattern in _WEAK]
_ASPECT_PATTERNS = [(aspect, re.compile(f"(?i:{pattern})")) for aspect, pattern in _ASPECTS]
_SIDE_PATTERNS = [re.compile(f"(?i:{pattern})") for pattern in _SIDES]


def tokens(text: str) -> list[Token]:
    """All that bears on the grade, in order and without overlaps."""
    found = []
    at = 0
    while at < len(text):
        token = _token(text, at) if at == 0 or _parted(text[at - 1], text[at]) else None
        if token is None:
            at += 1
        else:
            found.append(token)
            at = token.end
    return list(_without_mere_praise(text, found))


def side_of(mark: str) -> str:
    """The side that a letter or number names, as a capital letter: 1 is A."""
    return chr(ord("A") + int(mark) - 1) if mark.isdecimal() else mark.upper()


def _parted(before: str, here: str) -> bool:
    """Whether a word may begin between two letters."""
    return not (before.isalnum() and here.isalnum()) and before not in "'’"


def _token(text: str, at: int) -> Token | None:
    pair = _PAIR.match(text, at)
    if pair is not None and _ends(text, pair.end()):
        return Token(at, pair.end(), side=BOTH_SIDES)
    for pattern in _SIDE_PATTERNS:
        mark = pattern.match(text, at)
        if mark is not None and _ends(text, mark.end()):
            return Token(at, mark.end(), side=side_of(mark[1]))
    for label, weak, pattern in _GRADE_PATTERNS:
        grade = pattern.match(text, at)
        if grade is not None and _ends(text, grade.end()):
            return Token(at, grade.end(), label=label, weak=weak)
    for aspect, pattern in _ASPECT_PATTERNS:
        word = pattern.match(text, at)
        if word is not None and _ends(text, word.end()):
            verb = _VERBS.match(word[0]) is not None
            return Token(at, word.end(), aspect=aspect, verb=verb)
    return None


def _ends(text: str, at: int) -> bool:
    """Whether a word that ends before `at` is whole."""
    rest = text[at : at + 1]
    return rest == "" or (_parted(text[at - 1], rest) and rest not in "'’")


def _without_mere_praise(text: str, found: list[Token]) -> Iterator[Token]:
    """Leave out the 'good' of 'plays good', which praises and doesn't grade."""
    before: Token | None = None
    for token in found:
        word = text[token.start : token.end]
        follows = before is not None and before.verb and text[before.end : token.start].isspace()
        if not (token.weak and follows and word in _PRAISE):
            yield token
        before = token
