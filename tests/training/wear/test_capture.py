import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout_training.corpus.tracks import RATE
from runout_training.wear.capture import capture_glitches
from worn_sounds import marked, outside, programme


def one(kind, seed=0, worn=None):
    worn = programme() if worn is None else worn
    after = capture_glitches(np.random.default_rng(seed), worn, 1, (kind,))
    return worn, after, after.truth[-1]


@pytest.mark.parametrize("seed", range(10))
def test_a_gap_loses_samples_of_both_channels_at_once(seed):
    before, after, truth = one("gap", seed)
    lost = before.sound.shape[1] - after.sound.shape[1]
    assert 5 <= lost <= 225
    assert np.array_equal(after.sound[:, : truth.start], before.sound[:, : truth.start])
    assert np.array_equal(after.sound[:, truth.start :], before.sound[:, truth.start + lost :])
    assert (truth.kind, truth.channel, truth.end) == ("capture_glitch", "both", truth.start + 1)


@pytest.mark.parametrize("seed", range(10))
def test_a_repeat_plays_the_same_packet_twice(seed):
    before, after, truth = one("repeat", seed)
    length = truth.end - truth.start
    assert after.sound.shape[1] - before.sound.shape[1] == length
    packet = before.sound[:, truth.start - length : truth.start]
    assert np.array_equal(after.sound[:, truth.start : truth.end], packet)
    assert np.array_equal(after.sound[:, truth.end :], before.sound[:, truth.start :])


@pytest.mark.parametrize("seed", range(10))
def test_zeros_are_exact_and_last_1_to_10_ms(seed):
    before, after, truth = one("zeros", seed)
    assert not after.sound[:, truth.start : truth.end].any()
    assert outside(before.sound, after.sound, [truth]) == 0.0
    assert (truth.end - truth.start + 1) / RATE >= 0.001
    assert (truth.end - truth.start - 1) / RATE <= 0.010


def test_most_gaps_are_of_one_packet():
    lengths = []
    for seed in range(200):
        before, after, _ = one("gap", seed, programme(0.3))
        lengths.append(before.sound.shape[1] - after.sound.shape[1])
    assert 0.6 < np.isin(lengths, (44, 45)).mean() < 0.8


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 6))
def test_impulses_move_with_the_sound_and_none_is_lost_or_doubled(seed, count):
    worn = marked(programme(1.0, level=0.01), 3_000, 12_000, 20_000, 20_500, 40_000)
    after = capture_glitches(np.random.default_rng(seed), worn, count)
    clicks = [truth.peak for truth in after.truth if truth.kind == "click"]
    tall = np.flatnonzero(after.sound[0] == 10.0)
    assert tall.tolist() == clicks
    assert all(t.end <= after.sound.shape[1] for t in after.truth)


def test_truth_of_earlier_glitches_moves_too():
    worn = programme(2.0)
    after = capture_glitches(np.random.default_rng(5), worn, 8, ("gap", "zeros"))
    for truth in after.truth:
        if truth.wear == "capture zeros":
            assert not after.sound[:, truth.start : truth.end].any()
    assert {truth.wear for truth in after.truth} == {"capture gap", "capture zeros"}


def test_none_is_put_where_impulses_leave_no_room():
    worn = marked(programme(0.2), *range(100, 8_700, 150))
    after = capture_glitches(np.random.default_rng(1), worn, 3)
    assert after.truth == worn.truth
    assert np.array_equal(after.sound, worn.sound)


def test_the_step_is_told_over_the_programme():
    worn = programme(1.0)
    smooth = worn.with_truth(np.ones_like(worn.sound))
    _, _, truth = one("zeros", 3, smooth)
    assert truth.over_db == pytest.approx(0.0, abs=0.01)
    assert truth.sharp


def test_the_same_rng_gives_the_same():
    first, second = (one("repeat", 9)[1] for _ in range(2))
    assert first.truth == second.truth
    assert np.array_equal(first.sound, second.sound)
