import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runout.defects.passage import PassageFinder
from runout.model.card import load_model
from runout.model.scorer import Scored

CARD = load_model().card
HOP = CARD.features.hop
STEP = CARD.window.scored


def scored(scores, kind, sizes):
    """Pieces of the given numbers of cells, of a sound that has `scores` for `kind`."""
    pieces, start = [], 0
    for size in sizes:
        rows = np.zeros((size, len(CARD.classes)), np.float32)
        rows[:, CARD.classes.index(kind)] = scores[start : start + size]
        nothing = np.zeros((2, 0), np.float32)
        pieces.append(Scored(start, rows, nothing, nothing, nothing))
        start += size
    return pieces


def found(scores, kind="dropout", threshold=0.5):
    finder = PassageFinder(kind, CARD, threshold)
    full, rest = divmod(len(scores), STEP)
    pieces = scored(np.asarray(scores, np.float32), kind, [STEP] * full + [rest] * bool(rest))
    passages = [one for piece in pieces for one in finder.feed(piece)]
    return passages + finder.finish()


def test_a_dropout_lasts_from_its_first_to_its_last_hot_cell():
    scores = np.zeros(200)
    scores[50:60] = 0.8
    (one,) = found(scores)
    assert (one.start, one.length) == (50 * HOP, 10 * HOP)
    assert one.confidence == pytest.approx(0.8)


def test_one_hot_cell_is_no_dropout():
    scores = np.zeros(100)
    scores[30] = 1.0
    assert found(scores) == []


@given(st.integers(0, 150), st.integers(2, 40))
def test_where_it_lies_in_the_steps_changes_nothing(start, length):
    scores = np.zeros(200)
    scores[start : start + length] = 0.9
    (one,) = found(scores)
    assert (one.start, one.length) == (start * HOP, length * HOP)


def test_short_pauses_do_not_part_a_dropout_and_long_ones_do():
    scores = np.zeros(200)
    scores[20:25] = scores[28:33] = 0.9
    scores[60:65] = 0.9
    assert [(one.start // HOP, one.length // HOP) for one in found(scores)] == [(20, 13), (60, 5)]


def test_distortion_is_judged_by_whole_steps_and_takes_half_a_second():
    scores = np.zeros(STEP * 20)
    scores[STEP * 4 : STEP * 6] = 0.9
    assert found(scores, "distortion") == []
    scores[STEP * 4 : STEP * 7] = 0.9
    (one,) = found(scores, "distortion")
    assert (one.start, one.length) == (STEP * 4 * HOP, STEP * 3 * HOP)


def test_what_the_end_of_the_sound_cuts_is_told():
    scores = np.zeros(90)
    scores[80:] = 0.9
    (one,) = found(scores)
    assert one.start + one.length == 90 * HOP
