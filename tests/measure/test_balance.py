import numpy as np
import pytest

from runout.measure.balance import balance
from sliced import both, dither, sliced, stretch_of
from sounds import real_music


def test_balance_in_db():
    left, right = dither(4.0, 0.1), dither(4.0, 0.1, seed=1)
    measured = balance(sliced(both(left, right * 10 ** (-3 / 20))))
    assert measured is not None
    assert measured.balance_db == pytest.approx(3.0, abs=0.1)
    assert measured.correlation == pytest.approx(0.0, abs=0.1)
    assert measured.layout == "stereo"


def test_correlation():
    same, other = dither(4.0, 0.1), dither(4.0, 0.1, seed=1)
    mixed = 0.6 * same + 0.8 * other
    measured = balance(sliced(both(same, mixed)))
    assert measured is not None
    assert measured.correlation == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("gain", [0.1, 1.0])
def test_layouts(gain: float):
    music = gain * real_music(6.0)
    mono = np.repeat(music.mean(axis=1, keepdims=True), 2, axis=1)
    # A stereo cartridge plays a mono record with its own noise and 30 dB of separation at best.
    mono = mono + 0.01 * gain * both(dither(6.0, 0.1), dither(6.0, 0.1, seed=1))
    turned = mono * np.array([1.0, -0.9])
    dead = mono * np.array([1.0, 1e-3])
    layouts = [balance(sliced(sound)) for sound in (mono, turned, dead)]
    assert [one.layout for one in layouts if one is not None] == [
        "mono",
        "one channel turned",
        "one channel dead",
    ]


def test_silence_between_does_not_tell():
    music = np.concatenate((real_music(8.0), both(dither(20.0, 1e-5), dither(20.0, 1e-5, seed=2))))
    alone, within = balance(sliced(real_music(8.0))), balance(sliced(music))
    assert alone is not None
    assert within is not None
    assert within.correlation == pytest.approx(alone.correlation, abs=0.05)


def test_nothing_to_measure():
    assert balance(stretch_of([])) is None
    assert balance(sliced(np.zeros((44_100 * 2, 2), np.float32))) is None
