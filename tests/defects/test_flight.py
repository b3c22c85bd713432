import numpy as np
import pytest

from runout.defects.again import Past
from runout.defects.flight import flight
from sounds import noise

RATE = 44_100
AT = RATE // 2
WITHIN = (AT - 200, AT + 700)


def heard(sound):
    past = Past(RATE)
    past.feed(np.ascontiguousarray(sound, np.float32))
    return past


def groove():
    """A tone over the hiss of a groove."""
    hum = 0.3 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)
    return noise(1.0, level=0.01).T + hum.astype(np.float32)


def test_a_needle_in_the_air_hears_the_preamp_alone():
    sound = groove()
    flown = slice(AT, AT + 220)
    sound[:, flown] = 0.0001 * noise(0.02, seed=1).T[:, :220] / 0.1
    found = flight(heard(sound), *WITHIN)
    assert found.start == pytest.approx(AT + 110, abs=110)
    # 0.0001 under 0.01, both white, but the edges of what is told in steps of 1 ms.
    assert found.depth_db == pytest.approx(40.0, abs=3.0)


def test_a_thump_does_not_hide_it():
    sound = groove()
    sound[:, AT : AT + 220] *= 0.01
    time = np.arange(600) / RATE
    sound[:, AT : AT + 600] += np.exp(-time / 0.004) * np.sin(2 * np.pi * 150 * time)
    assert flight(heard(sound), *WITHIN).depth_db > 20.0


@pytest.mark.parametrize("size", [0.1, 1.0])
def test_a_click_rides_on_the_hiss(size):
    sound = groove()
    sound[:, AT : AT + 10] += size * np.hanning(10)
    assert flight(heard(sound), *WITHIN).depth_db < 2.0


def test_a_rest_leaves_the_hiss():
    sound = groove()
    sound[:, AT : AT + 220] = noise(0.005, level=0.01, seed=2).T[:, :220]
    assert flight(heard(sound), *WITHIN).depth_db < 2.0


def test_what_is_not_held_is_not_told():
    past = heard(groove())
    assert flight(past, 0, 900) is None
    assert flight(past, RATE - 1000, RATE - 500) is None
