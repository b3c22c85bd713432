import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.clock import Clock
from runout_training.wear.scratch import scratch
from runout_training.wear.worn import Worn


def hiss(seconds=25.0, rpm=100 / 3):
    rng = np.random.default_rng(0)
    return Worn(0.1 * rng.standard_normal((2, round(seconds * RATE))), Clock(rpm, 0.3))


@pytest.mark.parametrize("seed", range(8))
def test_a_scratch_comes_back_once_a_turn_and_keeps_to_its_wall(seed):
    worn = scratch(np.random.default_rng(seed), hiss(), turns=9)
    times = np.array([one.start for one in worn.truth]) / RATE
    gaps = np.diff(times) / worn.clock.period_s
    turns = np.rint(gaps)
    assert set(turns) <= {1.0, 2.0, 3.0}
    # 3 degrees a turn askew at most, and a ragged edge.
    assert np.abs(gaps / turns - 1.0).max() < 3.0 / 360.0 + 0.002
    assert {one.episode for one in worn.truth} == {0}
    assert len({one.channel for one in worn.truth}) == 1
    assert 6 <= len(worn.truth) <= 9


def test_only_its_own_places_are_touched():
    clean = hiss()
    worn = scratch(np.random.default_rng(1), clean, turns=5)
    changed = np.flatnonzero(np.abs(worn.sound - clean.sound).max(axis=0) > 0)
    places = np.array([one.peak for one in worn.truth])
    assert np.abs(changed[:, None] - places[None, :]).min(axis=1).max() < 0.03 * RATE


def test_a_second_scratch_is_another_episode():
    rng = np.random.default_rng(2)
    worn = scratch(rng, scratch(rng, hiss()))
    assert {one.episode for one in worn.truth} == {0, 1}


def test_where_the_music_is_loud_it_stands_less_over_it():
    clean = hiss(30.0)
    clean.sound[:, clean.sound.shape[1] // 2 :] *= 2.0
    over = {"soft": [], "loud": []}
    for seed in range(12):
        worn = scratch(np.random.default_rng(seed), clean, over_db=(20.0, 20.0), turns=13)
        where = ["soft" if one.peak < clean.sound.shape[1] // 2 else "loud" for one in worn.truth]
        if len(set(where)) < 2:
            continue
        for place, one in zip(where, worn.truth, strict=True):
            over[place].append(one.over_db)
    assert np.mean(over["soft"]) - np.mean(over["loud"]) == pytest.approx(6.0, abs=1.5)
