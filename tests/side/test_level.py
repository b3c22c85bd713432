import numpy as np
import pytest

from runout.side.level import level_db
from sounds import noise, sine


def test_a_sine_of_known_level():
    # An amplitude of 0.5 is -6.02 dBFS peak, 3.01 dB less RMS.
    left, right = level_db(sine(256 * 100 / 44_100, hertz=2000.0).T, 256)
    assert left == right == pytest.approx(-9.03, abs=0.05)


def test_channels_are_told_apart():
    sound = noise(256 * 100 / 44_100, level=0.1)
    sound[:, 1] *= 0.1
    assert level_db(sound.T, 256) == pytest.approx((-20.0, -40.0), abs=0.2)


def test_rumble_is_no_level():
    left, _ = level_db(sine(256 * 200 / 44_100, hertz=15.0).T, 256)
    assert left < -40.0


def test_digital_silence_is_the_floor():
    assert level_db(np.zeros((2, 2560), np.float32), 256) == pytest.approx(
        (-127.0, -127.0), abs=0.02
    )
