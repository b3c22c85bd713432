"""Whether a repeat begins where the needle landed, or is the music's own.

Music made of loops repeats itself under whatever else comes and goes, and so does what the needle
plays again. But where a voice falls silent over a loop that goes on, the loop was there before,
too: weaker, at the very same lag. Before a landing there is nothing of the kind, nor after the
turn is over. So the far side of such a seam is searched for a thread: a run of lags, each within
what flutter allows of the one before, along which the sound is more alike than along any other.

Figures below come from 160 simulated skips back and locked grooves, of 149 of which the repeat was
found, and from 73 minutes of music made of loops, in scenes of 20 s with an impulse put at every
quarter of a turn, so that every repeat has a shock; train and validation splits.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runout.defects.again import FINE_PART, FINE_REACH, Past

Array = npt.NDArray[np.float32]
Verdict = Literal["no", "perhaps", "yes"]

_COARSE_LEAST = 0.6
"""A part's correlation, by its envelope, that continues a repeat"""
_EARLY_S, _LATE_S = 0.25, 0.15
"""A landing is abrupt: the sound begins to be alike where its envelope does. It did so 0.17 s
before to 0.07 s after in 143 landings of 144 (the shock may hide the first parts, and a few before
may be alike by chance); in one scene of loops 0.25 s and more after, where a tone dies away"""
_COMPARED_S = 0.35
"""How much is compared after that: together less than a turn at 78 rpm"""
_SURE_S = 0.35
"""So long after the place that the envelope tells, what is repeated has certainly begun"""
_SETTLED = 16
"""Parts, 0.1 s, that make a repeat, and that tell its lag"""
_LIKE = 0.85
"""Share of a repeat's likeness that a part of it has; sustained notes are alike by 0.8"""
_BEFORE = 5
"""Fewest parts that must be unlike before a repeat, else nothing says that it begins there"""
_ALIKE_LEAST = 0.95
"""Median likeness of what the needle plays again; what is wanting is the preamp's noise. At 0.9,
two more of the 149 would pass all that follows, and one more place in the loops"""
_TENTH_LEAST = 0.7
"""... and of the tenth that is least alike: 0.72 at least in the first 75"""
_SOMEWHAT_ALIKE, _SOMEWHAT_TENTH = 0.92, 0.75
"""Likewise where the shock is beyond doubt and nothing at all speaks for a loop, see below: of 79
other landings (validation split) five were alike by 0.91 to 0.944, their threads -0.04 to 0.01; a
place in a loop where a click lay (train split) was alike by 0.896, its tenth by 0.65"""
_FLUTTER = 2
"""Samples that the lag may change by from one part to the next: two speeds that are each off by
0.3 % (RMS), a turn apart, make 1.1"""
_NEAR = 30
"""Samples (0.7 ms) by which the lag may have changed over the seam and the span before"""
_SPAN = 35
"""Parts in which a thread is sought: 0.2 s"""
_SPANS = 5
"""... so often: a drum is silent for longer than 0.2 s"""
_FEWEST_SPANS = 3
_THREAD_MOST = 0.07
_MEAN_MOST = 0.02
_THREAD_LEAST = -0.18
"""Strongest thread before a landing, and the mean and the weakest of those that were sought; far
below 0 is a thread at a lag near by"""
_OTHER_MOST = 0.14
"""The same at another number of turns, either way"""
_CLEAR_MOST, _CLEAR_LEAST, _CLEAR_OTHER = 0.05, -0.075, 0.1
"""Limits of each where nothing speaks for a loop"""
_VERY_ALIKE, _VERY_LEAST = 0.98, -0.1
"""What is that alike need not be clear, but for a thread so far below 0"""
_PERHAPS_ALIKE, _PERHAPS_TENTH = 0.84, 0.7
_PERHAPS_LEAST, _PERHAPS_OTHER = -0.3, -0.2
"""Likewise where only a locked groove is in question, whose next turns will tell. So much threads
at lags near by may be stronger: a sustained chord has such. The less alike it is, the softer and
deeper may the music be over the preamp's noise"""
_OTHER_BEFORE, _OTHER_AFTER = 3, 2
_BEYOND = 2
"""Spans beyond the turn: after 36 skips, threads came to 0.008 at most, and to -0.043 at least"""
_TAKE_OFF_S = 0.005
"""A needle may be heard taking off a little before its shock's own score says"""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Where sound begins to be what it was before."""

    start: int
    """Sample"""
    lag: int
    """Samples, at the start"""
    mean_lag: float
    """Samples, over what was compared"""
    alike: float
    """Median correlation coefficient of its parts"""
    tenth: float
    """The 10th percentile of them"""
    unlike: int
    """Parts before it that are not alike"""


_NONE = Repeat(0, 0, 0.0, 0.0, 0.0, 0)


def onset(past: Past, lag: int) -> int | None:
    """The sample at which the envelope begins to be what it was `lag` bins before, if it does."""
    parts = past.alike(lag)
    unlike = np.flatnonzero(parts < _COARSE_LEAST)
    # One part alone that is unlike is a click in it.
    breaks = unlike[np.isin(unlike - 1, unlike)]
    if len(breaks) == 0:
        return None
    run = len(parts) - 1 - int(breaks[-1])
    return past.told - round(run * past.part_s * past.rate)


def around(onset: int, rate: int) -> tuple[int, int]:
    """First and last sample at which a repeat may begin whose envelope does so at `onset`."""
    return onset - round(_EARLY_S * rate), onset + round(_LATE_S * rate)


def earlier(past: Past, onset: int, lag: int) -> int | None:
    """About where a repeat began that is on already before `onset`, at a lag of about `lag`.

    Soft hiss may hide from the envelope what the sound itself has. None where it isn't on there, or
    has been for as long as sound is held: a loop.
    """
    unlike = past.start + lag + 2 * FINE_REACH
    alike = around(onset, past.rate)[0] - _SETTLED * FINE_PART
    if unlike >= alike or not is_alike(past, alike, lag) or is_alike(past, unlike, lag):
        return None
    while alike - unlike > _SETTLED * FINE_PART:
        middle = (unlike + alike) // 2
        if is_alike(past, middle, lag):
            alike = middle
        else:
            unlike = middle
    return alike


def is_alike(past: Past, start: int, lag: int, least: float = _ALIKE_LEAST) -> bool:
    """Whether 0.1 s from sample `start` on are what they were about `lag` samples before."""
    few = past.finely_alike(start, start + _SETTLED * FINE_PART, lag).max(axis=1)
    return len(few) > 0 and float(np.median(few)) >= least


def repeat(past: Past, onset: int, lag: int) -> Repeat | None:
    """The repeat with a lag of about `lag` samples that begins around `onset`; None: too soon.

    Where none begins abruptly, one that is alike by 0.
    """
    first, last = around(onset, past.rate)
    # Most that is alike by its envelope isn't by itself, which 0.1 s of it tell.
    sure = min(past.heard, onset + round(_SURE_S * past.rate)) - 1
    few = past.finely_alike(sure - _SETTLED * FINE_PART, sure, lag).max(axis=1)
    if len(few) < _SETTLED:
        return None
    level = _LIKE * float(np.median(few))
    if level < _LIKE * _LIKE * _ALIKE_LEAST:
        return None if sure < last else _NONE
    alike = past.finely_alike(first, last + round(_COMPARED_S * past.rate), lag)
    if len(alike) < _SETTLED:
        return None
    best = alike.max(axis=1)
    gain = np.cumsum((best - level)[::-1])[::-1]
    begun = int(gain.argmax())
    if first + begun * FINE_PART > last:
        return _NONE
    if len(alike) - begun < _SETTLED:
        return None
    places = alike[begun:].argmax(axis=1)
    return Repeat(
        start=first + begun * FINE_PART,
        lag=lag + FINE_REACH - round(float(np.median(places[:_SETTLED]))),
        mean_lag=lag + FINE_REACH - float(np.median(places)),
        alike=float(np.clip(np.median(best[begun:]), 0.0, 1.0)),
        tenth=float(np.percentile(best[begun:], 10)),
        unlike=begun,
    )


def landing(past: Past, repeat: Repeat, shock: int, turns: int, sure: bool) -> Verdict:
    """Whether what is heard since `shock` is the groove of so many turns before, played again.

    `sure` that the needle was struck there.
    """
    whole = repeat.alike >= _ALIKE_LEAST and repeat.tenth >= _TENTH_LEAST
    somewhat = sure and repeat.alike >= _SOMEWHAT_ALIKE and repeat.tenth >= _SOMEWHAT_TENTH
    perhaps = sure and repeat.alike >= _PERHAPS_ALIKE and repeat.tenth >= _PERHAPS_TENTH
    if not (whole or somewhat or perhaps) or repeat.unlike < _BEFORE:
        return "no"
    before = shock - round(_TAKE_OFF_S * past.rate)
    threads = _threads(past, before, repeat.lag, -_SPANS)
    if len(threads) < _FEWEST_SPANS:
        return "no"
    # A loop was there at other times, too: two turns ago, say, before the voice set in.
    other = round(repeat.lag / turns * (3 - turns))
    after = _threads(past, repeat.start, other, _OTHER_AFTER)
    others = _threads(past, before, other, -_OTHER_BEFORE) + after
    clear = _are_within(threads, _CLEAR_MOST, _CLEAR_LEAST)
    very = repeat.alike >= _VERY_ALIKE and min(threads) >= _VERY_LEAST
    none = whole and (clear or very) and _are_none(threads)
    if none and _are_within(others, _OTHER_MOST, -_OTHER_MOST):
        return "yes"
    if somewhat and clear and after and _are_within(others, _CLEAR_OTHER, -_CLEAR_OTHER):
        return "yes"
    faint = float(np.mean(threads)) <= _MEAN_MOST
    faint = faint and _are_within(threads, _CLEAR_MOST, _PERHAPS_LEAST)
    faint = faint and _are_within(others, _OTHER_MOST, _PERHAPS_OTHER)
    return "perhaps" if sure and (whole or perhaps) and faint else "no"


def _are_within(threads: list[float], most: float, least: float) -> bool:
    return all(least <= one <= most for one in threads)


def is_over(past: Past, end: int, landed: int, lag: int) -> bool:
    """Whether a repeat with a lag of about `lag` samples is over at sample `end`.

    The needle, which then has passed the place where it jumped, is heard again from `landed` on.
    """
    last = past.finely_alike(end - _SPAN * FINE_PART, end, lag)
    if len(last) == 0:
        return False
    lag += FINE_REACH - round(float(np.median(last[-_SETTLED:].argmax(axis=1))))
    threads = _threads(past, landed, lag, _BEYOND)
    return len(threads) > 0 and _are_none(threads)


def _are_none(threads: list[float]) -> bool:
    """Whether no thread is among these."""
    return (
        max(threads) <= _THREAD_MOST
        and min(threads) >= _THREAD_LEAST
        and float(np.mean(threads)) <= _MEAN_MOST
    )


def _threads(past: Past, seam: int, lag: int, spans: int) -> list[float]:
    """The threads at a lag in so many spans after a seam, or before it where `spans` is negative,
    the nearest first, as far as the sound is held."""
    length = _SPAN * FINE_PART
    found = []
    for number in range(abs(spans)):
        start = seam + number * length if spans > 0 else seam - (number + 1) * length
        alike = past.finely_alike(start, start + length, lag)
        if len(alike) < _SPAN:
            break
        found.append(thread(alike[::-1] if spans > 0 else alike))
        if found[-1] > _OTHER_MOST:
            break  # one is enough
    return found


def thread(alike: Array) -> float:
    """How much more alike parts are along a thread near the middle lag than along any other.

    `alike` has shape (parts, lags), the part next to the seam last. The mean coefficient of the
    best thread that ends within 0.7 ms of the middle, less that of the best that ends elsewhere:
    far from 0 only if the sound repeats at one lag and no other, which a sustained note doesn't: it
    is as like itself some waves earlier or later.
    """
    total = alike[0]
    for part in alike[1:]:
        wide = np.pad(total, _FLUTTER, constant_values=-np.inf)
        two = np.maximum(wide[:-1], wide[1:])
        four = np.maximum(two[:-2], two[2:])
        total = part + np.maximum(four[:-1], wide[2 * _FLUTTER :])
    first, last = FINE_REACH - _NEAR, FINE_REACH + _NEAR
    elsewhere = np.concatenate((total[:first], total[last + 1 :]))
    return float(total[first : last + 1].max() - elsewhere.max()) / len(alike)
