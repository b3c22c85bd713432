import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.mistracking import mistracking
from worn_sounds import programme


def sibilant(mono=False):
    """Low music with one burst of treble."""
    time = np.arange(RATE) / RATE
    music = 0.2 * np.sin(2 * np.pi * 200 * time)
    burst = 0.1 * np.random.default_rng(0).standard_normal(RATE)
    wave = music + np.where((time > 0.5) & (time < 0.6), burst, 0.0)
    worn = programme(1.0)
    return worn.with_truth(np.stack((wave, wave if mono else 0.8 * wave)))


@pytest.mark.parametrize("seed", range(10))
def test_it_tears_where_acceleration_is_largest(seed):
    worn = sibilant()
    after = mistracking(np.random.default_rng(seed), worn)
    assert after.truth
    for truth in after.truth:
        assert truth.kind == "distortion"
        assert truth.start >= 0.49 * RATE
        assert truth.end <= 0.62 * RATE
    # Before the first tear nothing is changed at all.
    assert np.array_equal(after.sound[:, : RATE // 2 - 10], worn.sound[:, : RATE // 2 - 10])


def test_the_lower_the_limit_the_more_is_torn():
    worn = programme()
    damage = [
        np.std(mistracking(np.random.default_rng(1), worn, limit).sound - worn.sound)
        for limit in (0.9, 0.7, 0.5)
    ]
    assert damage[0] < damage[1] < damage[2]


def test_the_right_wall_suffers_most_often():
    channels = [
        truth.channel
        for seed in range(60)
        for truth in mistracking(np.random.default_rng(seed), sibilant(), 0.8).truth
    ]
    assert channels.count("right") > channels.count("left") > 0
    assert "both" in channels


def test_mono_stays_mono():
    after = mistracking(np.random.default_rng(1), sibilant(mono=True), mono=True)
    assert np.array_equal(after.sound[0], after.sound[1])
    assert all(truth.channel == "both" for truth in after.truth)


def test_the_same_rng_gives_the_same():
    first, second = (mistracking(np.random.default_rng(4), programme()) for _ in range(2))
    assert first.truth == second.truth
    assert np.array_equal(first.sound, second.sound)
