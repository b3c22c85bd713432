import numpy as np
import pytest

from runout.defects.extent import Extent

RATE = 44_100
EXTENT = Extent(RATE)


def heard(*, peak=500, samples=2000):
    """Ratio and sound with nothing in them but one sample that stands out."""
    ratio, audio = np.ones(samples, np.float32), np.zeros((2, samples), np.float32)
    ratio[peak] = 50.0
    audio[:, peak] = 0.5
    return ratio, audio


def test_one_sample_is_one_sample_long():
    ratio, audio = heard()
    assert EXTENT.of(ratio, audio, 500, is_pop=False) == (500, 501)


def test_ringing_counts_over_pauses_of_up_to_seven_tenths_of_a_millisecond():
    ratio, audio = heard()
    ratio[[520, 549]] = 11.0
    assert EXTENT.of(ratio, audio, 500, is_pop=False) == (500, 550)
    ratio[549], ratio[553] = 1.0, 11.0
    assert EXTENT.of(ratio, audio, 500, is_pop=False) == (500, 521)


def test_what_is_low_beside_the_peak_or_its_surroundings_is_no_part_of_it():
    ratio, audio = heard()
    ratio[505] = 9.0
    assert EXTENT.of(ratio, audio, 500, is_pop=False) == (500, 501)
    ratio[500], ratio[505] = 10.0, 2.9
    assert EXTENT.of(ratio, audio, 500, is_pop=False) == (500, 501)


def test_a_click_is_cut_after_three_milliseconds_and_a_pop_followed_until_its_thump_dies_away():
    ratio, audio = heard()
    ratio[500:700] = 50.0
    assert EXTENT.of(ratio, audio, 500, is_pop=False) == (500, 500 + round(0.003 * RATE))
    audio[:, 500:900] = np.linspace(1.0, 0.0, 400, dtype=np.float32)
    start, end = EXTENT.of(ratio, audio, 500, is_pop=True)
    assert (start, end) == (500, pytest.approx(500 + 320, abs=2))
    audio[:, 500:1800] = 1.0
    assert EXTENT.of(ratio, audio, 500, is_pop=True) == (500, 500 + round(0.015 * RATE))


def test_its_height_is_told_over_the_slope_that_it_rides_on():
    _, audio = heard()
    audio[0] = np.linspace(0.0, 0.8, audio.shape[1], dtype=np.float32)
    audio[0, 500] += 0.25
    left, right = EXTENT.deviation(audio, 500, 501)
    assert left == pytest.approx(0.25, abs=0.01)
    assert right == pytest.approx(0.5, abs=1e-6)
