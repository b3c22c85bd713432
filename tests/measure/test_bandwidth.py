import numpy as np
import pytest
from scipy import signal

from runout.measure.bandwidth import bandwidth
from sliced import RATE, both, dither, sliced, stretch_of, tone


def low_passed(rows: np.ndarray, hertz: float) -> np.ndarray:
    taps = signal.firwin(511, hertz, fs=RATE, window=("kaiser", 12.0))
    return signal.fftconvolve(rows, taps[None], mode="same", axes=1)


def white(seconds: float, level: float, seed: int) -> np.ndarray:
    return np.stack([dither(seconds, level, seed=seed + one) for one in (0, 50)])


@pytest.mark.parametrize("edge", [5_000.0, 11_000.0, 16_000.0, 19_000.0])
@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_a_codecs_end_is_nothing(edge: float, gain: float):
    sound = low_passed(gain * white(6.0, 0.1, 0), edge)
    measured = bandwidth(sliced(both(*sound)))
    assert measured is not None
    assert measured.hertz == pytest.approx(edge, rel=0.07)
    assert measured.into == "nothing"


@pytest.mark.parametrize("edge", [5_000.0, 11_000.0, 16_000.0])
def test_music_falls_into_the_grooves_noise(edge: float):
    groove = white(6.0, 0.003, 2)
    sound = low_passed(white(6.0, 0.1, 0), edge) + groove
    measured = bandwidth(sliced(both(*sound)), sliced(both(*white(6.0, 0.003, 4))))
    assert measured is not None
    assert measured.hertz == pytest.approx(edge, rel=0.07)
    assert measured.into == "noise"


def test_a_monitors_whistle_is_no_programme():
    sound = low_passed(white(6.0, 0.1, 0), 5_000.0) + tone(6.0, 15_625.0, 1e-3)
    measured = bandwidth(sliced(both(*sound)))
    assert measured is not None
    assert measured.hertz == pytest.approx(5_000.0, rel=0.07)


def test_both_end_at_the_codec():
    groove, music = white(6.0, 0.003, 2), white(6.0, 0.1, 0)
    sound, alone = (low_passed(rows, 16_000.0) for rows in (groove + music, white(6.0, 0.003, 4)))
    measured = bandwidth(sliced(both(*sound)), sliced(both(*alone)))
    assert measured is not None
    assert measured.hertz == pytest.approx(16_000.0, rel=0.07)
    assert measured.into == "nothing"


def test_all_of_it():
    measured = bandwidth(sliced(both(*white(4.0, 0.1, 0))))
    assert measured is not None
    assert measured.into is None
    assert measured.hertz > 21_000.0


def test_a_rounded_sound_ends_where_it_did():
    sound = np.round(low_passed(white(6.0, 0.05, 0), 12_000.0) * 2**15) / 2**15
    measured = bandwidth(sliced(both(*sound)))
    assert measured is not None
    assert measured.hertz == pytest.approx(12_000.0, rel=0.07)
    assert measured.into == "nothing"


def test_nothing_to_measure():
    assert bandwidth(stretch_of([])) is None
    assert bandwidth(sliced(np.zeros((44_100 * 2, 2), np.float32))) is None
