import numpy as np
import pytest

from runout.measure.hum import hum
from sliced import both, dither, sliced, stretch_of, tone

SECONDS = 5.0


def humming(mains: float, levels: dict[int, float], noise: float = 1e-4):
    rows = [dither(SECONDS, noise, seed=seed) for seed in (0, 1)]
    for number, level in levels.items():
        rows[0] = rows[0] + tone(SECONDS, number * mains, level)
        rows[1] = rows[1] + tone(SECONDS, number * mains, level / 2)
    return hum(sliced(both(*rows)))


@pytest.mark.parametrize("mains", [50, 60])
@pytest.mark.parametrize("off", [0.998, 1.0, 1.002])
def test_levels_and_mains(mains: int, off: float):
    levels = {1: 1e-3, 2: 3e-3, 3: 5e-4, 4: 2e-3, 5: 4e-4}
    measured = humming(mains * off, levels)
    assert measured is not None
    assert measured.mains_hz == mains
    total = 10 * np.log10(sum(level**2 for level in levels.values()))
    assert measured.left_db == pytest.approx(total, abs=0.3)
    assert measured.right_db == pytest.approx(total - 6.02, abs=0.3)
    assert measured.level_db == measured.left_db


@pytest.mark.parametrize("mains", [50, 60])
def test_a_rectifiers_buzz_alone_tells_the_mains(mains: int):
    measured = humming(mains, {2: 1e-3, 4: 1e-3})
    assert measured is not None
    assert measured.mains_hz == mains


def test_the_sixth_of_50_is_not_60():
    measured = humming(50, {1: 1e-3, 6: 5e-3})
    assert measured is not None
    assert measured.mains_hz == 50


def test_hiss_and_rumble_hum_not():
    rng = np.random.default_rng(4)
    rumbling = np.cumsum(rng.standard_normal((2, round(SECONDS * 44_100))), axis=1)
    rumbling -= np.linspace(0, 1, rumbling.shape[1]) * rumbling[:, -1:]
    rumbling *= 0.01 / rumbling.std()
    assert hum(sliced(both(*rumbling))) is None
    assert hum(sliced(both(dither(SECONDS), dither(SECONDS, seed=1)))) is None


def test_a_note_is_no_hum():
    note = dither(SECONDS, 1e-5) + tone(SECONDS, 100.0, 0.01) * (
        np.arange(round(SECONDS * 44_100)) < 1.5 * 44_100
    )
    assert hum(sliced(both(note))) is None


def test_a_drone_on_a_harmonic_is_no_hum():
    assert humming(50, {3: 1e-2}) is None
    assert humming(60, {4: 1e-2, 5: 1e-2}) is None


def test_nothing_to_measure():
    assert hum(stretch_of([])) is None
