"""From a seller's words to a label of the Goldmine scale.

The rules, which docs/own-records.md tells to people:

- EX, EX+, EX- and VG++ are VG+; VG- is G+; G- is F; M, M-, NM- and NM+ are NM: sound can't tell
  Mint from Near Mint.
- A range counts by its lower end: 'VG to VG+', 'VG - VG+' and 'VG or VG+' are VG.
- How it plays goes before what is said of the record, and that before how it looks; a sleeve, an
  insert or a label is not the record.
- Of 'X/Y' the first counts, as in Discogs' 'media/sleeve' and in 'side A/side B', unless sleeve,
  looks or the other side is said to stand first.
- Where sides are told apart, the side that is asked for counts.
- Of several grades that none of this decides between, the worst counts, as with a careful dealer.
- 'good', 'mint' and the like, and single letters, count only where nothing else is said of the
  record in the same breath: 'Good', 'plays: good', but not 'good pressing'.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from runout.grading.grade import LABELS, Label
from runout_training.opinion.lexicon import BOTH_SIDES, Aspect, Token, tokens

LONGEST = 2000
"""Letters of a text that are read"""

_BREAK = re.compile(r"[,;\n|•·]|[.!?](?=\s|$)")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_RANGE = re.compile(r"(?i:\s*(?:-|~|to|thru|through|or|and|&|bis|oder|und|à|ou|et)\s*)")
_SLASH = re.compile(r"\s*/\s*")
_SAID_AGAIN = re.compile(r"\s*[(\[]\s*")
_BESIDE = frozenset(
    (
        *("a", "about", "an", "and", "are", "at", "between", "cond", "condition", "conservative"),
        *("conservatively", "etat", "état", "grade", "graded", "grading", "in", "is", "of", "on"),
        *("only", "or", "overall", "solid", "strong", "the", "to", "zustand"),
    )
)
"""Words beside which a weak grade is one still"""
_PRIORITY: tuple[tuple[Aspect | None, ...], ...] = (("play",), ("record", None), ("look",))


@dataclass(frozen=True, slots=True)
class _Said:
    """One grade with what it is said of."""

    start: int
    end: int
    labels: tuple[Label, ...]
    """More than one where slashes part them"""
    aspect: Aspect | None = None
    side: str | None = None


def label_of(text: str, side: str | None = None) -> Label | None:
    """The label that a seller's text gives a record, or its `side` (a capital letter).

    None where it gives none. Where sides are told apart and none is asked for, side A is.
    """
    plain = _plain(text)
    said = [one for one in _statements(plain) if one.aspect != "sleeve"]
    wanted = side or "A"
    of_side = [one for one in said if one.side == wanted]
    # What is said of no side is said of all; what is said of another one only, of this one not.
    said = of_side or [one for one in said if one.side is None]
    for aspects in _PRIORITY:
        labels = [one.labels[0] for one in said if one.aspect in aspects]
        if labels:
            return max(labels, key=LABELS.index)
    return None


def label_of_folder(name: str) -> Label | None:
    """The label that a folder is named by: 'VG Plus', 'NM or M-', 'Good'; None for other names."""
    plain = _plain(name)
    found = tokens(plain)
    if any(token.label is None for token in found) or _words_beside(plain, found):
        return None
    return label_of(plain)


def _plain(text: str) -> str:
    """The text with one kind of dash, plus and space, and no longer than LONGEST."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).replace("_", " ")
    return re.sub(r"[^\S\n]+", " ", re.sub(r"[‐‑‒–—−]", "-", text))


def _words_beside(text: str, found: Sequence[Token]) -> bool:
    """Whether anything is said beside tokens that isn't mere wording."""
    rest = list(text)
    for token in found:
        rest[token.start : token.end] = " " * (token.end - token.start)
    words = re.findall(r"[^\W\d_]+", "".join(rest))
    # A capital 'A' is a name's.
    return any(word == "A" or word.casefold() not in _BESIDE for word in words)


def _statements(text: str) -> Iterator[_Said]:
    """Every grade that the text gives, of what and of which side."""
    found = tokens(text)
    side: str | None = None
    said_before: _Said | None = None
    for start, end in _breaths(text, found):
        inside = [token for token in found if start <= token.start < end]
        if _words_beside(text[start:end], [_moved(token, -start) for token in inside]):
            inside = [token for token in inside if not token.weak]
        marks = [token for token in inside if token.label is None]
        grades = _merged(text, [token for token in inside if token.label is not None])
        sides = [mark for mark in marks if mark.side not in (None, BOTH_SIDES)]
        side = _carried(side, sides, grades)
        for one in _with_aspects(text, grades, [mark for mark in marks if mark.aspect]):
            placed = replace(one, side=_side(one, sides, grades, side))
            if any(mark.side == BOTH_SIDES for mark in marks) and len(one.labels) == 2:
                yield from _one_each(one, ("A", "B"))
            elif not _says_again(text, said_before, placed):
                yield placed
            said_before = placed


def _moved(token: Token, by: int) -> Token:
    return replace(token, start=token.start + by, end=token.end + by)


def _breaths(text: str, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """What is said in one breath, from letter to letter; brackets with a grade are one."""
    ends = {mark.end() for mark in _BREAK.finditer(text)} | {0, len(text)}
    for bracket in _BRACKETS.finditer(text):
        if any(token.label and bracket.start() < token.start < bracket.end() for token in found):
            ends |= {bracket.start(), bracket.end()}
    # A break within a token ('vis.') is none.
    edges = sorted(end for end in ends if not any(one.start < end < one.end for one in found))
    return pairwise(edges)


def _merged(text: str, grades: Sequence[Token]) -> list[_Said]:
    """Grades in order: ranges as their worse end, those that slashes part as one."""
    merged: list[_Said] = []
    for token in grades:
        assert token.label is not None
        last = merged[-1] if merged else None
        between = "" if last is None else text[last.end : token.start]
        if last is not None and _RANGE.fullmatch(between):
            worse = max(last.labels[-1], token.label, key=LABELS.index)
            merged[-1] = _Said(last.start, token.end, (*last.labels[:-1], worse))
        elif last is not None and _SLASH.fullmatch(between):
            merged[-1] = _Said(last.start, token.end, (*last.labels, token.label))
        else:
            merged.append(_Said(token.start, token.end, (token.label,)))
    return merged


def _with_aspects(text: str, grades: Sequence[_Said], marks: Sequence[Token]) -> Iterator[_Said]:
    """Each grade takes the marks since the last one; where there are none, the next one."""
    taken = -1
    for number, one in enumerate(grades):
        following = grades[number + 1].start if number + 1 < len(grades) else len(text)
        before = [mark for mark in marks if taken < mark.start < one.start]
        after = [mark for mark in marks if one.end <= mark.start < following]
        if after and number + 1 < len(grades) and after[-1].verb:
            after = after[:-1]
        pair = _pair(text, before[-2:]) or _pair(text, after[:2])
        if pair and len(one.labels) == 2:
            taken = (before[-1] if _pair(text, before[-2:]) else after[1]).start
            first, second = pair
            yield replace(one, labels=one.labels[:1], aspect=first)
            yield replace(one, labels=one.labels[1:], aspect=second)
        elif before:
            taken = before[-1].start
            # 'vinyl looks VG': how it looks is the more to the point.
            closest = next((mark for mark in before[::-1] if mark.aspect != "record"), before[-1])
            yield replace(one, aspect=closest.aspect)
        elif after:
            taken = after[0].start
            yield replace(one, aspect=after[0].aspect)
        else:
            yield one


def _pair(text: str, marks: Sequence[Token]) -> tuple[Aspect | None, Aspect | None] | None:
    """The aspects of 'media/sleeve'."""
    if len(marks) != 2 or not _SLASH.fullmatch(text[marks[0].end : marks[1].start]):
        return None
    return marks[0].aspect, marks[1].aspect


def _one_each(one: _Said, sides: tuple[str, str]) -> Iterator[_Said]:
    for label, side in zip(one.labels, sides, strict=True):
        yield replace(one, labels=(label,), side=side)


def _carried(side: str | None, sides: Sequence[Token], grades: Sequence[_Said]) -> str | None:
    """The side that is spoken of after this breath, where it is named before its grade."""
    if not sides:
        return side
    leads = not grades or sides[0].start < grades[0].start
    return sides[-1].side if leads else None


def _side(
    one: _Said, sides: Sequence[Token], grades: Sequence[_Said], carried: str | None
) -> str | None:
    if not sides:
        return carried
    if sides[0].start < grades[0].start:
        return [mark.side for mark in sides if mark.start < one.start][-1]
    following = [mark.side for mark in sides if mark.start >= one.end]
    return following[0] if following else sides[-1].side


def _says_again(text: str, before: _Said | None, one: _Said) -> bool:
    """Whether brackets say what was just said: 'Very Good Plus (VG+)'."""
    return (
        before is not None
        and before.labels[0] == one.labels[0]
        and _SAID_AGAIN.fullmatch(text[before.end : one.start]) is not None
    )
