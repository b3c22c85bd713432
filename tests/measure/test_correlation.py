import numpy as np
import pytest

from runout.measure.correlation import channel_correlation
from sliced import both, dither, sliced, stretch_of
from sounds import real_music


@pytest.mark.parametrize("share", [0.0, 0.6])
def test_known_shares(share: float):
    same, other = dither(4.0, 0.1), dither(4.0, 0.1, seed=1)
    mixed = share * same + np.sqrt(1.0 - share**2) * other
    assert channel_correlation(sliced(both(same, 0.3 * mixed))) == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("gain", [0.1, 1.0])
def test_mono_and_turned(gain: float):
    music = gain * real_music(6.0)
    mono = np.repeat(music.mean(axis=1, keepdims=True), 2, axis=1)
    # A stereo cartridge plays a mono record with its own noise and 30 dB of separation at best.
    mono = mono + 0.01 * gain * both(dither(6.0, 0.1), dither(6.0, 0.1, seed=1))
    assert channel_correlation(sliced(mono)) > 0.995
    assert channel_correlation(sliced(mono * np.array([1.0, -0.9]))) < -0.9


def test_silence_between_does_not_tell():
    music = np.concatenate((real_music(8.0), both(dither(20.0, 1e-5), dither(20.0, 1e-5, seed=2))))
    alone = channel_correlation(sliced(real_music(8.0)))
    assert channel_correlation(sliced(music)) == pytest.approx(alone, abs=0.05)


def test_nothing_to_tell():
    assert channel_correlation(stretch_of([])) is None
    assert channel_correlation(sliced(np.zeros((44_100 * 2, 2), np.float32))) is None
    assert channel_correlation(sliced(real_music(3.0) * np.array([1.0, 1e-3]))) is None
