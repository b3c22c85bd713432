import itertools

import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.sides import surface
from runout_training.wear.worn import Worn
from simulated_sides import CLOCK, music


@pytest.fixture
def worn():
    return Worn(music(40.0), CLOCK)


def test_specks_are_as_large_in_a_fade_as_in_a_tutti():
    loud = np.random.default_rng(0).standard_normal((2, 60 * RATE)) * 0.1
    loud[:, 30 * RATE :] *= 0.01
    heard = surface.clicks(np.random.default_rng(1), Worn(loud, CLOCK), 300.0, 10.0, 0.1)
    over = {
        late: np.median([t.over_db for t in heard.truth if (t.peak > 30 * RATE) == late])
        for late in (False, True)
    }
    assert over[False] == pytest.approx(10.0, abs=2.0)
    assert over[True] - over[False] == pytest.approx(40.0, abs=2.0)


def test_rates_are_what_is_asked_for(worn):
    heard = surface.pops(np.random.default_rng(2), worn, 300.0, 10.0, 0.1)
    assert len(heard.truth) == pytest.approx(200, abs=45)
    assert {one.kind for one in heard.truth} <= {"click", "pop"}
    assert surface.clicks(np.random.default_rng(2), worn, 0.0, 10.0, 0.1) is worn


def test_truth_is_where_the_sound_changed(worn):
    heard = surface.clicks(np.random.default_rng(3), worn, 60.0, 10.0, 0.1)
    changed = np.abs(heard.sound - worn.sound).max(axis=0)
    for one in heard.truth:
        around = slice(one.peak - 200, one.peak + 200)
        assert abs(one.peak - (around.start + int(changed[around].argmax()))) <= 3
        assert changed[one.peak] > 0.0
    free = np.ones(changed.shape, bool)
    for one in heard.truth:
        free[one.start - 50 : one.end + 1500] = False
    assert changed[free].max() == 0.0


def test_crackle_is_dense_where_it_is(worn):
    heard = surface.crackle(np.random.default_rng(4), worn, 50.0, 10.0, 0.1)
    seconds = np.bincount([one.start // RATE for one in heard.truth], minlength=40)
    assert np.mean(seconds >= 15) == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("percent", [20.0, 60.0])
def test_scratches_cover_their_share_of_the_time(worn, percent):
    heard = surface.scratches(np.random.default_rng(5), worn, percent, (10.0, 16.0))
    covered = np.zeros(40 * RATE, bool)
    for episode in {one.episode for one in heard.truth}:
        crossings = [one for one in heard.truth if one.episode == episode]
        assert len(crossings) >= 3
        covered[crossings[0].start : crossings[-1].end] = True
    assert 100 * covered.mean() == pytest.approx(percent, abs=15.0)


def test_stretches_take_up_their_share_and_do_not_overlap():
    spans = surface.stretches(np.random.default_rng(6), 100.0, 30.0, (2.0, 8.0))
    assert sum(end - start for start, end in spans) == pytest.approx(30.0)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert spans[0][0] >= 0.0
    assert spans[-1][1] <= 100.0 + 1e-9
    assert surface.stretches(np.random.default_rng(6), 100.0, 0.0, (2.0, 8.0)) == []


def test_a_moment_of_crackle_is_some_seconds_now_and_then_and_never_a_few_clicks(worn):
    ticks = [
        len(surface.crackle(np.random.default_rng(seed), worn, 0.5, 10.0, 0.1).truth)
        for seed in range(40)
    ]
    assert np.mean(np.array(ticks) == 0) == pytest.approx(0.9, abs=0.15)
    assert min(count for count in ticks if count) >= 30
