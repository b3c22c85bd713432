import numpy as np
import pytest
from scipy import signal

from runout.measure.true_peak import MARGIN, true_peak
from sounds import real_music

LENGTH = 17_640


def peak_db(rows) -> np.ndarray:
    return 20 * np.log10(true_peak(np.asarray(rows, np.float32)))


def test_between_samples():
    # A quarter of the rate, sampled 45 degrees off its crests: samples read 3 dB too low.
    place = np.arange(LENGTH + 2 * MARGIN)
    rows = 0.5 * np.sin(np.pi / 2 * place[None] + np.array([[np.pi / 4], [0.0]]))
    assert peak_db(rows) == pytest.approx(-6.02, abs=0.05)


@pytest.mark.parametrize("hertz", [100.0, 997.0, 3150.0, 7_200.0])
def test_tones(hertz: float):
    place = np.arange(LENGTH + 2 * MARGIN) / 44_100
    rows = 0.5 * np.sin(2 * np.pi * hertz * place[None] + np.array([[0.1], [1.0]]))
    assert peak_db(rows) == pytest.approx(-6.02, abs=0.1)


@pytest.mark.parametrize("kind", ["music", "clipped music", "noise"])
def test_as_the_whole_interpolated(kind: str):
    music = real_music(6.0).T.astype(np.float64)
    loud = np.abs(music).max()
    taps = signal.firwin(255, 17_000.0, fs=44_100)
    white = 0.1 * np.random.default_rng(6).standard_normal((2, 6 * 44_100))
    sound = {
        "music": music,
        "clipped music": np.clip(music, -0.4 * loud, 0.4 * loud),
        "noise": signal.fftconvolve(white, taps[None], mode="same", axes=1),
    }[kind]
    whole = np.abs(signal.resample(sound, 4 * sound.shape[1], axis=1))
    for start in range(MARGIN, sound.shape[1] - LENGTH - MARGIN, LENGTH // 2):
        piece = sound[:, start - MARGIN : start + LENGTH + MARGIN]
        inner = whole[:, 4 * start : 4 * (start + LENGTH)].max(axis=1)
        assert peak_db(piece) == pytest.approx(20 * np.log10(inner), abs=0.1)
