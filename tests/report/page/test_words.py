import math
from dataclasses import replace

import pytest

from report.page.made import SCRATCH, click
from runout.report.page.words import event_words, found_words, length_words, level_words


def test_a_scratch_in_words():
    assert event_words(replace(SCRATCH, audible_db=11.6)) == (
        "scratch · 0:20.0 to 0:29.0 · track 1 · 6 turns at 33.33 rpm · both channels · "
        "12 dB over what masks it, peak 18 dB over the music's level"
    )


@pytest.mark.parametrize(
    ("turns", "words"), [(-1, "1 turn back"), (-2, "2 turns back"), (1, "1 turn ahead")]
)
def test_a_skip_in_words(turns, words):
    skip = replace(SCRATCH, kind="skip", turns=turns, peak_db=math.nan)
    assert event_words(skip) == f"skip · 0:20.0 · track 1 · {words}"


def test_a_locked_groove_in_words():
    lock = replace(SCRATCH, kind="locked_groove", turns=4, peak_db=math.nan)
    assert "the turn heard again 4 times" in event_words(lock)


def test_what_is_masked_is_said_not_to_be_heard():
    assert level_words(click(1, 1.0, audible_db=-3.0)).startswith("masked by the music, not heard")
    assert level_words(click(1, 1.0, peak_db=math.nan)) == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0004, "0.4 ms"), (3.21, "3.2 s"), (100.0, "1:40 min")]
)
def test_lengths(seconds, words):
    assert length_words(seconds) == words


def test_counts():
    assert found_words({"click": 1, "skip": 0, "pop": 2}) == "1 click, 2 pops"
