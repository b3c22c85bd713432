import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.hum import hum
from runout_training.wear.rumble import rumble
from runout_training.wear.tones import tones
from worn_sounds import programme


def down_db(worn, added):
    return 10 * np.log10(np.mean(worn.sound**2) / np.mean(added**2))


def test_tones_are_the_sum_of_cosines():
    time = np.arange(5000) / RATE
    hertz = np.array([50.0, 440.0, 9_999.5])
    sizes = np.array([[1.0, 0.5j, 0.0], [0.0, 0.2, -1.0]])
    expected = np.stack(
        (
            np.cos(2 * np.pi * 50 * time) - 0.5 * np.sin(2 * np.pi * 440 * time),
            0.2 * np.cos(2 * np.pi * 440 * time) - np.cos(2 * np.pi * 9_999.5 * time),
        )
    )
    assert np.allclose(tones(hertz, sizes, 5000), expected, atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_hum_is_the_mains_and_its_harmonics(seed):
    worn = programme(5.0)
    added = hum(np.random.default_rng(seed), worn, 30.0).sound - worn.sound
    assert down_db(worn, added) == pytest.approx(30.0, abs=0.1)
    power = (np.abs(np.fft.rfft(added * np.hanning(added.shape[1]))) ** 2).sum(axis=0)
    hertz = np.fft.rfftfreq(added.shape[1], 1 / RATE)

    def share(mains):
        number = np.maximum(np.rint(hertz / mains), 1)
        return power[np.abs(hertz - number * mains) < 2.0 + 0.003 * hertz].sum() / power.sum()

    assert max(share(50.0), share(60.0)) > 0.999
    assert power[hertz > 725].sum() < 1e-6 * power.sum()


def test_mono_hum_is_the_same_in_both():
    worn = programme(1.0)
    worn = worn.with_truth(np.stack((worn.sound[0], worn.sound[0])))
    after = hum(np.random.default_rng(1), worn, 20.0, mono=True)
    assert np.allclose(after.sound[0], after.sound[1], atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_rumble_is_low_and_mostly_vertical(seed):
    worn = programme(4.0)
    added = rumble(np.random.default_rng(seed), worn, 10.0).sound - worn.sound
    assert down_db(worn, added) == pytest.approx(10.0, abs=0.1)
    power = np.abs(np.fft.rfft(added * np.hanning(added.shape[1]))) ** 2
    assert power[:, (220 * 4) :].sum() < 1e-6 * power.sum()
    assert np.var(added[0] - added[1]) > 2 * np.var(added[0] + added[1])


def test_warp_comes_back_once_a_revolution():
    worn = programme(7.0)
    period = round(worn.clock.period_s * RATE)
    likeness = []
    for seed in range(30):
        added = rumble(np.random.default_rng(seed), worn, 0.0).sound - worn.sound
        likeness.append(np.corrcoef(added[0, :-period], added[0, period:])[0, 1])
    # As much as there is of it, which is drawn evenly.
    assert max(likeness) > 0.9
    assert min(likeness) < 0.5
