import numpy as np
import pytest

from runout.kept import Kept

STREAM = np.arange(2_000, dtype=np.float32).reshape(2, 1_000)


def fed(least, block):
    kept = Kept(least)
    for start in range(0, STREAM.shape[1], block):
        kept.feed(STREAM[:, start : start + block])
    return kept


@pytest.mark.parametrize("block", [1, 7, 100, 1_000])
def test_what_lies_between_is_what_was_fed(block):
    kept = fed(300, block)
    for start, end in ((700, 1_000), (711, 712), (800, 950)):
        assert np.array_equal(kept.between(start, end), STREAM[:, start:end])


@pytest.mark.parametrize("block", [1, 7, 100])
def test_no_more_is_kept_than_it_takes(block):
    kept = fed(300, block)
    assert kept.end == 1_000
    assert 300 <= kept.end - kept.start < 300 + block


def test_all_is_kept_while_it_is_little():
    kept = fed(5_000, 100)
    assert (kept.start, kept.end) == (0, 1_000)
    assert np.array_equal(kept.between(0, 1_000), STREAM)
