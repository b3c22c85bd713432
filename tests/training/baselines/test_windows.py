import numpy as np
import pytest

from runout_training.baselines.windows import counted, damaged, whole_windows
from runout_training.corpus.tracks import RATE
from runout_training.mix import Truth


def truth(peak, kind="click"):
    return Truth(kind, peak - 5, peak, peak + 5, "both", 10.0, True)


def test_windows_are_whole_and_end_to_end():
    assert whole_windows(10 * RATE, 3.0).tolist() == [0, 3 * RATE, 6 * RATE]
    assert len(whole_windows(3 * RATE - 1, 3.0)) == 0
    assert len(whole_windows(3 * RATE, 3.0)) == 1


@pytest.mark.parametrize(
    ("peak", "which"),
    [(0, 0), (3 * RATE - 1, 0), (3 * RATE, 1), (6 * RATE - 1, 1), (6 * RATE, None)],
)
def test_a_click_damages_the_window_that_it_peaks_in(peak, which):
    starts = whole_windows(7 * RATE, 3.0)
    answer = damaged([truth(peak)], starts, 3.0)
    assert answer.tolist() == [which == 0, which == 1]


def test_only_clicks_and_pops_are_damage_here():
    starts = whole_windows(3 * RATE, 3.0)
    assert damaged([truth(100, "pop")], starts, 3.0).all()
    assert not damaged([truth(100, "dropout")], starts, 3.0).any()
    assert not damaged([], starts, 3.0).any()


def test_counting_does_not_need_order():
    starts = whole_windows(6 * RATE, 3.0)
    assert counted(np.array([4 * RATE, 5, 5 * RATE]), starts, 3.0).tolist() == [1, 2]
