import numpy as np
import pytest

from runout.measure.rumble import rumble, weighting_a, weighting_b
from sliced import RATE, both, dither, sliced, stretch_of, tone


def db(power: float) -> float:
    return float(10 * np.log10(power))


def test_corners_and_slopes():
    hertz = np.array([2.5, 5.0, 10.0, 56.0, 315.0, 2520.0, 5040.0])
    a, b = 10 * np.log10(weighting_a(hertz)), 10 * np.log10(weighting_b(hertz))
    assert a[2] == pytest.approx(-3.01, abs=0.01)
    assert a[4] == pytest.approx(-3.01, abs=0.01)
    assert a[3] == pytest.approx(0.0, abs=0.15)
    assert a[1] - a[0] == pytest.approx(6.0, abs=1.0)
    assert a[5] - a[6] == pytest.approx(12.0, abs=0.1)
    assert b[4] == 0.0
    assert b[1] - b[0] == pytest.approx(12.04, abs=0.01)
    assert b[5] - b[6] == pytest.approx(12.04, abs=0.01)


@pytest.mark.parametrize("hertz", [10.0, 24.0, 33.3, 100.0, 215.0, 250.0, 290.0, 315.0, 600.0])
def test_tones_read_what_the_curves_give_them(hertz: float):
    left = tone(8.0, hertz, 0.01)
    measured = rumble(sliced(both(left, -left)), programme_db=-20.0)
    assert measured is not None
    at = np.array([hertz])
    assert measured.vertical_a_db == pytest.approx(-40.0 + db(weighting_a(at)[0]), abs=0.3)
    # What of 10 Hz gets past the windows is no less than the -60 dB that B leaves of it.
    if hertz > 20.0:
        assert measured.vertical_b_db == pytest.approx(-40.0 + db(weighting_b(at)[0]), abs=0.3)
    assert measured.lateral_a_db < measured.vertical_a_db - 50.0
    assert measured.relative_a_db == pytest.approx(measured.vertical_a_db + 20.0)
    assert measured.relative_b_db == pytest.approx(measured.vertical_b_db + 20.0)


def test_noise_of_known_density():
    measured = rumble(sliced(both(dither(30.0, 1e-2), dither(30.0, 1e-2, seed=1))))
    assert measured is not None
    hertz = np.linspace(0.0, RATE / 2, 400_001)
    lateral = 1e-4 / 2
    a, b = (db(lateral * curve(hertz).mean()) for curve in (weighting_a, weighting_b))
    assert measured.lateral_a_db == pytest.approx(a, abs=0.3)
    assert measured.vertical_a_db == pytest.approx(a, abs=0.3)
    assert measured.lateral_b_db == pytest.approx(b, abs=0.3)
    assert measured.vertical_b_db == pytest.approx(b, abs=0.3)
    assert measured.relative_a_db is None


def test_one_thump_is_no_rumble():
    bearing = tone(12.0, 30.0, 1e-3)
    place = np.arange(4410)
    thump = 0.3 * np.exp(-place / 1000.0) * np.sin(2 * np.pi * 40.0 * place / RATE)
    thumped = bearing.copy()
    thumped[-8820:-4410] += thump
    quiet, loud = rumble(sliced(both(bearing))), rumble(sliced(both(thumped)))
    assert quiet is not None
    assert loud is not None
    assert loud.lateral_a_db == pytest.approx(quiet.lateral_a_db, abs=0.1)


def test_a_dead_channel_does_not_flatter():
    bearing = tone(6.0, 30.0, 1e-3)
    alive, dead = (rumble(sliced(both(bearing, side)), -20.0) for side in (-bearing, 0.0 * bearing))
    assert alive is not None
    assert dead is not None
    assert dead.relative_a_db == pytest.approx(alive.relative_a_db, abs=0.1)


def test_a_warp_is_weighted_as_the_curve_says():
    # 30 dB over the rumble, once a revolution: A takes 25 dB off, and none of it leaks upwards.
    warp, bearing = tone(20.0, 0.5556, 0.3), tone(20.0, 30.0, 0.01)
    measured = rumble(sliced(both(warp + bearing, -warp - bearing)))
    assert measured is not None
    assert measured.vertical_b_db == pytest.approx(
        -40.0 + db(weighting_b(np.array([30.0]))[0]), abs=0.4
    )


def test_an_offset_is_no_rumble():
    measured = rumble(sliced(both(tone(4.0, 30.0, 1e-3) + 0.05)))
    assert measured is not None
    assert measured.lateral_a_db == pytest.approx(-60.0, abs=0.6)


def test_nothing_to_measure():
    assert rumble(stretch_of([])) is None
