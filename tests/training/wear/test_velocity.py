import numpy as np
import pytest

from runout_training.wear.velocity import cut, played
from worn_sounds import programme, tone


def test_playing_undoes_cutting():
    sound = programme(0.5).sound
    assert np.allclose(played(cut(sound)), sound, atol=1e-9)


# RIAA in dB, from the corners of IEC 60098: what playing adds to 1 kHz.
@pytest.mark.parametrize(
    ("hertz", "expected"), [(50, 16.9), (100, 13.1), (1000, 0.0), (3000, -4.7), (10_000, -13.7)]
)
def test_the_curve_is_riaa(hertz, expected):
    sound = tone(hertz).sound[:, 8820:]
    gain = np.std(played(sound)[0, 22_050:]) / np.std(sound[0, 22_050:])
    assert 20 * np.log10(gain) == pytest.approx(expected, abs=1.1)
