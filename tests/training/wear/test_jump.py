"""Skips and locked grooves: what is heard again, and the truth that goes with it."""

import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.clock import Clock
from runout_training.wear.dust import dust
from runout_training.wear.locked_groove import locked_groove
from runout_training.wear.skip import skip
from runout_training.wear.worn import Worn

CLOCK = Clock(45.0)
TURN = round(CLOCK.period_s * RATE)
FLIGHT = round(0.08 * RATE)


def hiss(seconds=20.0):
    rng = np.random.default_rng(0)
    return Worn(0.1 * rng.standard_normal((2, round(seconds * RATE))), CLOCK)


@pytest.mark.parametrize("turns", [1, 2])
def test_a_skip_back_plays_whole_turns_again(turns):
    clean = hiss()
    worn = skip(np.random.default_rng(1), clean, turns=turns)
    (one,) = (one for one in worn.truth if one.kind == "skip")
    back = turns * TURN
    assert np.array_equal(worn.sound[:, : one.start], clean.sound[:, : one.start])
    after = worn.sound[:, one.start + FLIGHT :]
    was = clean.sound[:, one.start - back + FLIGHT :][:, : after.shape[1]]
    assert np.array_equal(after, was)
    assert worn.sound.shape == clean.sound.shape
    assert one.wear == "skip back"


def test_a_skip_ahead_leaves_whole_turns_out():
    clean = hiss()
    worn = skip(np.random.default_rng(2), clean, forward=True, turns=1)
    (one,) = (one for one in worn.truth if one.kind == "skip")
    after = worn.sound[:, one.start + FLIGHT :]
    assert np.array_equal(after, clean.sound[:, one.start + TURN + FLIGHT :])
    assert worn.sound.shape[1] == clean.sound.shape[1] - TURN


def test_a_locked_groove_plays_one_turn_again_and_again_and_then_goes_on():
    clean = hiss()
    worn = locked_groove(np.random.default_rng(3), clean, repeats=4)
    (one,) = (one for one in worn.truth if one.kind == "locked_groove")
    assert one.end - one.start == 4 * TURN
    turn = clean.sound[:, one.start - TURN : one.start]
    for number in range(4):
        start = one.start + number * TURN
        heard = worn.sound[:, start + FLIGHT : start + TURN]
        assert np.array_equal(heard, turn[:, FLIGHT:])
    rest = worn.sound[:, one.end :]
    assert np.array_equal(rest, clean.sound[:, one.start :][:, : rest.shape[1]])
    shocks = [each for each in worn.truth if each.wear == "locked groove" and each is not one]
    assert len(shocks) == 4


def test_clicks_are_heard_again_with_their_truth():
    clean = dust(np.random.default_rng(5), hiss(), 3.0, over_db=(20.0, 30.0))
    worn = locked_groove(np.random.default_rng(6), clean, repeats=3)
    (lock,) = (one for one in worn.truth if one.kind == "locked_groove")
    specks = np.array([one.peak for one in worn.truth if one.wear == "dust"])
    first = specks[(specks >= lock.start - TURN + FLIGHT) & (specks < lock.start - FLIGHT)]
    assert len(first) > 0
    for number in (1, 2, 3):
        assert set(first + number * TURN) <= set(specks)
    for speck in specks[specks < lock.start - FLIGHT]:
        assert np.abs(worn.sound[:, speck]).max() > 0.5
