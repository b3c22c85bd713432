import numpy as np
import pytest

from runout.side.headroom import Headroom
from sounds import sine


def test_peak_and_clipping():
    samples = np.full((1000, 2), 0.1, np.float32)
    samples[100:110, 0] = 1.0
    samples[300:305, 1] = -1.0
    samples[200, 1] = 1.0  # a single sample at full scale may be a peak that just fits
    headroom = Headroom()
    headroom.feed(samples)
    headroom.feed(samples[:0])
    measured = headroom.measurements()
    assert measured["peak_dbfs"] == pytest.approx(0.0)
    assert measured["clipped_percent"] == pytest.approx(100.0 * 15 / 2000)


def test_a_loud_sound_that_fits_is_not_clipped():
    headroom = Headroom()
    headroom.feed(sine(1.0, level=0.99))
    assert headroom.measurements()["clipped_percent"] == 0.0


def test_before_any_sound_there_is_no_peak():
    assert Headroom().measurements() == {"clipped_percent": 0.0, "peak_dbfs": -120.0}
