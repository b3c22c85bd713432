import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.impulse import extent
from runout_training.wear.static import snap, static
from worn_sounds import programme


def test_a_snap_is_over_in_a_tenth_of_a_millisecond():
    rng = np.random.default_rng(1)
    waves = [snap(rng) for _ in range(300)]
    assert all(np.abs(wave).max() == pytest.approx(1.0) for wave in waves)
    lengths = np.array([np.subtract(*extent(wave)[::-1]) for wave in waves])
    assert lengths.max() <= 5
    # Nothing is left at the ends, where it would step.
    assert max(abs(wave[0]) + abs(wave[-1]) for wave in waves) < 1e-3


def test_snaps_come_in_one_burst_in_both_channels_at_once_and_of_like_sign():
    worn = programme(4.0, level=1e-3)
    for seed in range(10):
        after = static(np.random.default_rng(seed), worn, over_db=(20.0, 30.0))
        assert 2 <= len(after.truth) <= 31
        assert after.truth[-1].peak - after.truth[0].peak <= 1.51 * RATE
        for truth in after.truth:
            assert (truth.kind, truth.channel, truth.wear) == ("click", "both", "static")
            left, right = (after.sound - worn.sound)[:, truth.peak]
            assert left * right > 0


def test_levels_are_what_the_truth_says():
    worn = programme(4.0, level=1e-3)
    after = static(np.random.default_rng(3), worn, over_db=(10.0, 30.0), snaps=(2, 2))
    for truth in after.truth:
        peak = np.abs((after.sound - worn.sound)[:, truth.peak]).max()
        assert 20 * np.log10(peak / 1e-3) == pytest.approx(truth.over_db, abs=0.5)


def test_the_same_rng_gives_the_same():
    first, second = (static(np.random.default_rng(4), programme()) for _ in range(2))
    assert first.truth == second.truth
    assert np.array_equal(first.sound, second.sound)
