"""Which of the impulses found are the ones that were put on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.mix import Truth

_TOLERANCE_S = 0.003
"""Found may miss the true impulse by this much, and the true onset by this much where strict"""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a detector says that an impulse is, in samples."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """Outcome on one file."""

    hit: tuple[bool, ...]
    """For every true impulse, whether it was found"""
    false: int
    """Found where there is none"""
    strict: int
    """Pairs of one true and one found onset within 3 ms"""
    found: int


def match(truth: Sequence[Truth], found: Sequence[Span]) -> Match:
    """A true impulse is found if a span comes within 3 ms of it; a span near none is false.

    A detector that finds one impulse in two pieces isn't blamed for it: peers cut pops up. The
    strict count blames it: there, onsets are paired one to one.
    """
    found = joined(found)
    reach = round(_TOLERANCE_S * RATE)
    hit = np.zeros(len(truth), bool)
    false = 0
    starts = np.array([one.start for one in truth]) - reach
    ends = np.array([one.end for one in truth]) + reach
    for span in found:
        near = (starts < span.end) & (ends > span.start) if len(truth) else np.zeros(0, bool)
        if near.any():
            hit |= near
        else:
            false += 1
    return Match(tuple(hit.tolist()), false, _pairs(truth, found, reach), len(found))


def joined(found: Sequence[Span]) -> list[Span]:
    """Spans nearer than 3 ms as one, as true impulses are: a click lasts up to 3 ms."""
    joined: list[Span] = []
    for span in sorted(found, key=lambda span: span.start):
        if joined and span.start < joined[-1].start + _TOLERANCE_S * RATE:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _pairs(truth: Sequence[Truth], found: Sequence[Span], reach: int) -> int:
    """Pairs of onsets within `reach`, each used once; both in order of time."""
    pairs = place = 0
    for one in truth:
        while place < len(found) and found[place].start < one.start - reach:
            place += 1
        if place < len(found) and found[place].start <= one.start + reach:
            pairs += 1
            place += 1
    return pairs


def f1(true: int, false: int, missed: int) -> float:
    """Harmonic mean of precision and recall; 1 where there was nothing to find or to say."""
    total = 2 * true + false + missed
    return 2 * true / total if total else 1.0
