import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout_training.corpus.tracks import RATE
from runout_training.wear.dropout import dropouts
from worn_sounds import outside, programme


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_nothing_changes_outside_the_truth_nor_on_a_spared_wall(seed):
    worn = programme()
    after = dropouts(np.random.default_rng(seed), worn, 3)
    assert outside(worn.sound, after.sound, after.truth) == 0.0
    for truth in after.truth:
        changed = (after.sound != worn.sound)[:, truth.start : truth.end]
        assert (
            changed.any(axis=1).tolist()
            == {
                "left": [True, False],
                "right": [False, True],
                "both": [True, True],
            }[truth.channel]
        )
        # From the very first sample to the very last.
        assert changed[:, 0].any()
        assert changed[:, -1].any()
        assert (truth.end - truth.start + 1) / RATE >= 0.003
        assert (truth.end - truth.start - 1) / RATE <= 0.4
        assert truth.kind == "dropout"


@pytest.mark.parametrize("depth", [12.0, 20.0, 30.0])
def test_the_level_falls_by_what_is_told(depth):
    worn = programme()
    for seed in range(10):
        rng = np.random.default_rng(seed)
        (truth,) = dropouts(rng, worn, 1, (0.1, 0.4), (depth, depth)).truth
        # Groove noise is 40 dB below the music, at most.
        assert truth.over_db == pytest.approx(-depth, abs=0.5)
        again = dropouts(np.random.default_rng(seed), worn, 1, (0.1, 0.4), (depth, depth))
        bottom = slice(truth.start + 300, truth.end - 300)
        row = 1 if truth.channel == "right" else 0
        fall = np.std(again.sound[row, bottom]) / np.std(worn.sound[row, bottom])
        assert 20 * np.log10(fall) == pytest.approx(truth.over_db, abs=1.0)


def test_groove_noise_is_left_in_the_deepest():
    worn = programme()
    (truth,) = (
        after := dropouts(np.random.default_rng(2), worn, 1, (0.2, 0.2), (60.0, 60.0))
    ).truth
    left = after.sound[:, truth.start + 300 : truth.end - 300]
    assert -60.0 <= truth.over_db <= -38.0
    assert np.abs(left).max() > 0.0


def test_silence_has_no_dropout():
    worn = programme()
    sound = worn.sound.copy()
    sound[:, RATE // 2 :] *= 1e-4
    after = dropouts(np.random.default_rng(1), worn.with_truth(sound), 4, (0.01, 0.05))
    assert after.truth
    assert all(truth.end <= RATE // 2 for truth in after.truth)


def test_mono_stays_mono():
    worn = programme()
    worn = worn.with_truth(np.stack((worn.sound[0], worn.sound[0])))
    for seed in range(10):
        after = dropouts(np.random.default_rng(seed), worn, 2, mono=True)
        assert np.array_equal(after.sound[0], after.sound[1])
        assert {truth.channel for truth in after.truth} == {"both"}


def test_the_same_rng_gives_the_same():
    first, second = (dropouts(np.random.default_rng(9), programme(), 2) for _ in range(2))
    assert first.truth == second.truth
    assert np.array_equal(first.sound, second.sound)
