import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.clock import Clock
from runout_training.wear.dust import dust
from runout_training.wear.worn import Worn


def hiss(seconds):
    rng = np.random.default_rng(0)
    return Worn(0.1 * rng.standard_normal((2, round(seconds * RATE))), Clock(45.0))


@pytest.mark.parametrize("rate_per_s", [0.5, 5.0])
def test_its_rate_is_as_asked_on_average_and_swells_and_sinks(rate_per_s):
    clean = hiss(20.0)
    counts = []
    for seed in range(24):
        worn = dust(np.random.default_rng(seed), clean, rate_per_s)
        counts.append(len(worn.truth))
    mean = rate_per_s * 20.0
    assert np.mean(counts) == pytest.approx(mean, rel=0.25)
    # More uneven than a steady process would be.
    assert np.var(counts) > 1.3 * mean


def test_the_truth_lies_where_the_sound_was_changed():
    clean = hiss(10.0)
    worn = dust(np.random.default_rng(3), clean, 4.0, over_db=(20.0, 30.0))
    assert len(worn.truth) > 5
    for one in worn.truth:
        assert np.abs(worn.sound[:, one.peak] - clean.sound[:, one.peak]).max() > 0.3
        assert one.wear == "dust"
        assert one.episode is None
