"""The line with a second opinion beside it."""

import math

import numpy as np
import pytest

from opinion.examples import CARD, EAR
from opinion.test_model import Said
from runout.grading.table import load_table
from runout.line import Line
from runout.opinion.listener import SecondOpinion
from runout.opinion.model import OpinionModel
from runout.side.side import SideEnded
from sounds import noise, real_music


def second(said):
    return SecondOpinion(OpinionModel(CARD, EAR.card, said))


def side(sound, listener, block=4410, lift_s=math.inf):
    line = Line(EAR, load_table(), 44_100, lambda: "side", lift_s, opinion=listener)
    heard = []
    for start in range(0, len(sound), block):
        heard += line.feed(sound[start : start + block])
    heard += line.finish()
    return [one for one in heard if isinstance(one, SideEnded)]


def test_a_graded_side_has_a_second_opinion_from_its_own_sound():
    music = np.tile(real_music(8.0), (2, 1))
    said = Said(3.0, -3.0)
    (ended,) = side(music, second(said))
    assert ended.opinion.label == "VG+"
    assert np.isfinite(said.asked).all()
    other = Said(3.0, -3.0)
    side(music[::-1], second(other))
    assert not np.array_equal(said.asked, other.asked)


def test_blocks_and_gain_change_nothing():
    music = np.tile(real_music(8.0), (2, 1))
    whole, split, softer = Said(0.0, -1.0), Said(0.0, -1.0), Said(0.0, -1.0)
    side(music, second(whole), block=len(music))
    side(music, second(split), block=1_000)
    assert np.array_equal(whole.asked, split.asked)
    side(music * np.float32(0.25), second(softer))
    # The highest of a class's scores may be two steps of int8 apart: 0.14 of the logit each, of
    # whose decimal logarithm that is 0.12.
    assert softer.asked == pytest.approx(whole.asked, abs=0.125)


def test_no_second_opinion_where_the_grade_is_withheld_or_none_is_installed():
    (short,) = side(real_music(3.0), second(Said(0.0, -1.0)))
    assert (short.grade.label, short.opinion) == (None, None)
    (alone,) = side(np.tile(real_music(8.0), (2, 1)), None)
    assert alone.opinion is None


def test_each_side_is_asked_about_afresh():
    music = np.tile(real_music(8.0), (2, 1))
    listener, said = second(Said(0.0, -1.0)), Said(0.0, -1.0)
    side(noise(16.0), listener)
    listener._model = OpinionModel(CARD, EAR.card, said)
    side(music, listener)
    alone = Said(0.0, -1.0)
    side(music, second(alone))
    assert np.array_equal(said.asked, alone.asked)


def test_an_empty_side_has_no_opinion():
    assert second(Said(0.0, -1.0)).end({}) is None
