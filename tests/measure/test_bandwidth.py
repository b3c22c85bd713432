import numpy as np
import pytest
from scipy import signal

from runout.measure.bandwidth import bandwidth_hz
from sliced import RATE, both, dither, sliced, stretch_of, tone
from sounds import with_clicks

SILENCE = sliced(np.zeros((RATE * 2, 2), np.float32))


def low_passed(rows: np.ndarray, hertz: float) -> np.ndarray:
    taps = signal.firwin(511, hertz, fs=RATE, window=("kaiser", 12.0))
    return signal.fftconvolve(rows, taps[None], mode="same", axes=1)


def white(seconds: float, level: float, seed: int) -> np.ndarray:
    return np.stack([dither(seconds, level, seed=seed + one) for one in (0, 50)])


@pytest.mark.parametrize("edge", [5_000.0, 11_000.0, 16_000.0, 19_000.0])
@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_a_codecs_end(edge: float, gain: float):
    sound = low_passed(gain * white(6.0, 0.1, 0), edge)
    assert bandwidth_hz(sliced(both(*sound)), SILENCE) == pytest.approx(edge, rel=0.07)


@pytest.mark.parametrize("edge", [5_000.0, 11_000.0, 16_000.0])
def test_music_falls_into_the_grooves_noise(edge: float):
    sound = low_passed(white(6.0, 0.1, 0), edge) + white(6.0, 0.003, 2)
    groove = sliced(both(*white(6.0, 0.003, 4)))
    assert bandwidth_hz(sliced(both(*sound)), groove) == pytest.approx(edge, rel=0.07)


@pytest.mark.parametrize("every_s", [1.0, 1.8, 5.0])
def test_ticks_are_no_programme(every_s: float):
    sound = both(*low_passed(white(20.0, 0.1, 0), 8_000.0) + white(20.0, 1e-3, 2))
    ticking = with_clicks(sound, [*np.arange(0.5, 19.0, every_s)], over=8.0)
    groove = sliced(both(*white(6.0, 1e-3, 4)))
    assert bandwidth_hz(sliced(ticking), groove) == pytest.approx(8_000.0, rel=0.07)


def test_a_monitors_whistle_is_no_programme():
    sound = low_passed(white(6.0, 0.1, 0), 5_000.0) + tone(6.0, 15_625.0, 1e-3)
    assert bandwidth_hz(sliced(both(*sound)), SILENCE) == pytest.approx(5_000.0, rel=0.07)


def test_both_end_at_the_codec():
    groove, music = white(6.0, 0.003, 2), white(6.0, 0.1, 0)
    sound, alone = (low_passed(rows, 16_000.0) for rows in (groove + music, white(6.0, 0.003, 4)))
    measured = bandwidth_hz(sliced(both(*sound)), sliced(both(*alone)))
    assert measured == pytest.approx(16_000.0, rel=0.07)


def test_all_of_it():
    assert bandwidth_hz(sliced(both(*white(4.0, 0.1, 0))), SILENCE) == pytest.approx(
        21_357.0, abs=1
    )


def test_a_rounded_sound_ends_where_it_did():
    sound = np.round(low_passed(white(6.0, 0.05, 0), 12_000.0) * 2**15) / 2**15
    assert bandwidth_hz(sliced(both(*sound)), SILENCE) == pytest.approx(12_000.0, rel=0.07)


def test_nothing_to_measure():
    music = sliced(both(*white(4.0, 0.1, 0)))
    assert bandwidth_hz(stretch_of([]), SILENCE) is None
    assert bandwidth_hz(SILENCE, SILENCE) is None
    assert bandwidth_hz(music, stretch_of([])) is None
