import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.sides.torn import distorted, with_dropouts
from runout_training.wear.worn import Worn
from simulated_sides import CLOCK, music


@pytest.fixture
def bright():
    """Loud treble, which is torn first."""
    return Worn(np.random.default_rng(0).standard_normal((2, 40 * RATE)) * 0.2, CLOCK)


def test_distortion_lies_in_its_share_of_the_time(bright):
    torn = distorted(np.random.default_rng(1), bright, 25.0)
    changed = np.abs(torn.sound - bright.sound).max(axis=0) > 0
    assert 0.05 < changed.mean() <= 0.26
    covered = np.zeros(changed.shape, bool)
    for one in torn.truth:
        assert one.kind == "distortion"
        covered[one.start : one.end] = True
    # What is told is torn; what is torn less than 5 % isn't told.
    assert np.mean(changed[covered]) > 0.5
    assert covered.mean() > 0.05


def test_none_leaves_the_sound_as_it_is(bright):
    assert np.array_equal(distorted(np.random.default_rng(2), bright, 0.0).sound, bright.sound)
    assert with_dropouts(np.random.default_rng(2), bright, 0.0) is bright


def test_dropouts_come_at_their_rate():
    worn = Worn(music(60.0), CLOCK)
    holes = with_dropouts(np.random.default_rng(3), worn, 20.0).truth
    assert 8 <= len(holes) <= 34
    assert all(one.end - one.start >= 0.014 * RATE for one in holes)
