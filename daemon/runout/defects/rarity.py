"""Believes an impulse less where impulses are rare.

The model's score is a probability at the rate of impulses that it was trained at. On a clean
record the same score is more likely a drum, on a worn one more likely a click: by Bayes' rule its
odds change with those of an impulse, that is with the rate (Saerens, Latinne and Decaestecker 2002,
Adjusting the outputs of a classifier to new a priori probabilities). The rate is that of sure
impulses lately. What is loud over the music is doubted less, for few drums are: of 195 false alarms
with a score above 0.5 on the validation split 6 % stood 15 dB and more over the programme, of 1449
clicks 55 %.

What peaks more than 3 dB below the programme is doubted more and speaks for no others: of 1689
clicks found on that split 1 % peaked lower than 2.3 dB below it, but most of what synthesizers are
blamed for does. Where clicks are common it stands, for then there is no doubt to add to.

On that split, at the same recall (0.85), this left 0.22 false alarms a minute of clean music where
one bar for all left 1.78. Both were measured with the scores of model 0.2.0, the 1689 with those of
0.3.0.
"""

import math
from dataclasses import replace

from runout.defects.impulse import Impulse

_COMMON_PER_S = 3.0
"""Impulses a second at which a score stands as it is: about what the mixes have"""
_PRESUMED_PER_S = 0.3
"""What a side is taken to have before anything was heard of it"""
_PRESUMED_S = 5.0
"""Seconds of listening that the presumption counts for"""
_LATELY_S = 20.0
"""Time constant of what is remembered"""
_SURE = 0.9
"""A score that counts as an impulse; less is what has to be judged"""
_MOST_FALL = 3.0
"""Of the logarithm of the odds: a sure click is heard on the cleanest record"""
_LOUD_DB = 10.0
"""Over the programme: what is louder is doubted less"""
_LESS_PER_DB = 0.2
"""Of the logarithm of the odds"""
_UNDER_DB = -3.0
"""Over the programme: what peaks lower is doubted more, and doesn't speak for others"""
_MORE_PER_DB = 0.3
"""Share by which the fall is greater"""
_TINY = 1e-9


class Rarity:
    """Weighs the impulses of one side in order of time."""

    def __init__(self, start_s: float, rate: int) -> None:
        """Listening begins at `start_s`; impulses count samples at `rate` hertz."""
        self._rate = rate
        self._sure = 0.0
        self._listened_s = 0.0
        self._last_s = start_s

    def weigh(self, impulse: Impulse) -> Impulse:
        """The impulse with the confidence that it deserves at the rate of those before it."""
        now_s = max(impulse.start / self._rate, self._last_s)
        kept = math.exp((self._last_s - now_s) / _LATELY_S)
        self._sure *= kept
        self._listened_s = self._listened_s * kept + _LATELY_S * (1.0 - kept)
        self._last_s = now_s
        expected = (_PRESUMED_PER_S * _PRESUMED_S + self._sure) / (_PRESUMED_S + self._listened_s)
        # What the capture lost is told by its samples, not by how often it happens.
        if impulse.kind == "capture_glitch":
            return impulse
        under_db = max(_UNDER_DB - impulse.peak_db, 0.0)
        if impulse.confidence >= _SURE and under_db == 0.0:
            self._sure += 1.0
        fall = max(min(math.log(_COMMON_PER_S / expected), _MOST_FALL), 0.0)
        fall *= 1.0 + _MORE_PER_DB * under_db
        fall = max(fall - _LESS_PER_DB * max(impulse.peak_db - _LOUD_DB, 0.0), 0.0)
        odds = impulse.confidence / max(1.0 - impulse.confidence, _TINY) * math.exp(-fall)
        return replace(impulse, confidence=odds / (1.0 + odds))
