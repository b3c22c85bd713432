import numpy as np
import pytest

from runout.measure.noise import bs468, programme_level_db, surface_noise
from sliced import RATE, both, dither, sliced, stretch_of, tone
from sounds import sine, with_clicks

TABLE_DB = {
    **{31.5: -29.9, 63.0: -23.9, 100.0: -19.8, 200.0: -13.8, 400.0: -7.8, 800.0: -1.9},
    **{1000.0: 0.0, 2000.0: 5.6, 3150.0: 9.0, 4000.0: 10.5, 5000.0: 11.7, 6300.0: 12.2},
    **{7100.0: 12.0, 8000.0: 11.4, 9000.0: 10.1, 10000.0: 8.1, 12500.0: 0.0, 14000.0: -5.3},
    **{16000.0: -11.7, 20000.0: -22.2},
}
"""BS.468-4, table 1"""


def white_db(rms: float) -> float:
    """Weighted level of white noise, by integrating the curve over the half rate."""
    hertz = np.linspace(0.0, RATE / 2, 200_001)
    return float(10 * np.log10(rms**2 * bs468(hertz).mean()))


def test_curve_is_the_standards_table():
    hertz = np.array(list(TABLE_DB))
    assert 10 * np.log10(bs468(hertz)) == pytest.approx(list(TABLE_DB.values()), abs=0.1)


@pytest.mark.parametrize("hertz", [100.0, 1000.0, 6300.0, 12_500.0])
def test_tones_read_what_the_curve_gives_them(hertz: float):
    measured = surface_noise(sliced(both(tone(3.0, hertz, 0.01))))
    assert measured is not None
    expected = -40.0 + TABLE_DB[hertz]
    assert measured.left_db == pytest.approx(expected, abs=0.2)
    assert measured.weighted_db == pytest.approx(expected, abs=0.2)


def test_white_noise_of_known_density():
    sound = both(dither(12.0, 1e-3), dither(12.0, 2e-3, seed=1))
    measured = surface_noise(sliced(sound), programme_db=-20.0)
    assert measured is not None
    assert measured.left_db == pytest.approx(white_db(1e-3), abs=0.15)
    assert measured.right_db == pytest.approx(white_db(2e-3), abs=0.15)
    mean = white_db(np.sqrt((1e-6 + 4e-6) / 2))
    assert measured.weighted_db == measured.right_db
    assert measured.lateral_db == pytest.approx(mean - 3.01, abs=0.15)
    assert measured.vertical_db == pytest.approx(mean - 3.01, abs=0.15)
    assert measured.relative_db == pytest.approx(white_db(2e-3) + 20.0, abs=0.15)


def test_a_dead_channel_does_not_flatter():
    hiss = dither(6.0, 1e-3)
    alive = surface_noise(sliced(both(hiss, dither(6.0, 1e-3, seed=1))), -20.0)
    dead = surface_noise(sliced(both(hiss, 0.0 * hiss)), -20.0)
    assert alive is not None
    assert dead is not None
    assert dead.relative_db == pytest.approx(alive.relative_db, abs=0.15)


def test_a_few_ticks_are_no_hiss():
    hiss = both(dither(12.0, 1e-3), dither(12.0, 1e-3, seed=1))
    ticks = with_clicks(hiss, [1.0 + 1.8 * turn for turn in range(6)], over=100.0)
    clean, ticking = surface_noise(sliced(hiss)), surface_noise(sliced(ticks))
    assert clean is not None
    assert ticking is not None
    assert ticking.weighted_db == pytest.approx(clean.weighted_db, abs=0.1)


def test_programme_level():
    assert programme_level_db(sliced(sine(3.0, level=0.1))) == pytest.approx(-23.01, abs=0.05)
    assert programme_level_db(stretch_of([])) is None


def test_nothing_to_measure():
    assert surface_noise(stretch_of([])) is None
