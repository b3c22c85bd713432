import numpy as np

from runout_training.corpus.tracks import RATE
from runout_training.sides.jumps import locked, skip
from runout_training.wear.worn import Worn
from simulated_sides import CLOCK, music

TURN = round(CLOCK.period_s * RATE)
WORN = Worn(np.concatenate((music(30.0), music(30.0))), CLOCK)


def test_a_skip_moves_both_sounds_by_whole_turns_and_strikes_one():
    for seed in range(8):
        played = skip(np.random.default_rng(seed), WORN)
        (jump,) = (one for one in played.truth if one.kind == "skip")
        longer = played.sound.shape[1] - WORN.sound.shape[1]
        grooves = longer / TURN
        assert grooves in (1, 2) if jump.wear == "skip back" else grooves in (-1, -2)
        assert np.array_equal(played.sound[:2, : jump.start], WORN.sound[:2, : jump.start])
        assert np.array_equal(played.sound[:2, jump.start :], WORN.sound[:2, jump.start - longer :])
        shock = next(one for one in played.truth if one.kind != "skip")
        assert abs(shock.start - jump.start) < 0.02 * RATE
        assert not np.array_equal(played.sound[2:], played.sound[:2])


def test_a_locked_groove_plays_one_turn_again_and_again():
    played = locked(np.random.default_rng(1), WORN)
    (lock,) = (one for one in played.truth if one.kind == "locked_groove")
    count = (lock.end - lock.start) // TURN
    assert 3 <= count <= 8
    assert played.sound.shape[1] == WORN.sound.shape[1] + count * TURN
    turn = WORN.sound[:2, lock.start - TURN : lock.start]
    again = played.sound[:2, lock.start : lock.end]
    assert np.array_equal(again, np.tile(turn, (1, count)))
    assert len(played.truth) == 1 + count
