import numpy as np
import pytest

from runout.defects.ear import ear_of, excess_db
from runout.features.params import FeatureParams

PARAMS = FeatureParams()
EAR = ear_of(PARAMS)
BANDS = PARAMS.n_mels
HERTZ = np.fft.fftfreq(PARAMS.n_fft, 1.0 / PARAMS.sample_rate)
LOUD = 1.0
"""Its mean square is 75 dB SPL"""


def in_band(band, energy=1.0):
    bands = np.zeros(BANDS, np.float32)
    bands[band] = energy
    return bands


def test_a_click_in_quiet_is_heard_from_where_listeners_heard_it():
    # Stapells, Picton and Smith 1982: rectangular clicks of 0.1 ms, ten a second, were heard from
    # 36.4 dB peak SPL on by 40 listeners. 75 dB SPL is a mean square of 1 here.
    peak = 10 ** ((36.4 - 75.0) / 20)
    spectrum = np.square(peak * 1e-4 * PARAMS.sample_rate * np.sinc(HERTZ * 1e-4))
    energy = (spectrum @ EAR.bands).astype(np.float32)
    assert excess_db(energy, np.zeros(BANDS, np.float32), LOUD) == pytest.approx(0.0, abs=3.0)


def test_eighteen_tones_are_heard_below_a_single_one():
    # Buus and others 1986: 37 dB SPL a tone where one alone is heard from 43 to 44 dB on.
    noise = np.full(BANDS, 1e-3, np.float32)
    bands = np.linspace(1, 34, 18).round().astype(int)
    alone = np.median([excess_db(in_band(band), noise, 1e-9) for band in bands])
    together = excess_db(sum(in_band(band) for band in bands), noise, 1e-9)
    assert together - alone == pytest.approx(6.5, abs=1.0)


@pytest.mark.parametrize("band", [3, 15, 30])
def test_ten_decibels_more_masker_leave_ten_less(band):
    heard = [excess_db(in_band(band), in_band(band, level), 1e-9) for level in (1e-5, 1e-4, 1e-3)]
    assert np.diff(heard) == pytest.approx([-10.0, -10.0], abs=0.1)


def test_even_noise_masks_as_much_as_itself_less_its_offset():
    noise = np.full(BANDS, 1e-3, np.float32)
    masked = noise @ EAR.masking
    assert 10 * np.log10(masked / 1e-3) == pytest.approx(np.full(BANDS, -5.5), abs=2.5)
    assert np.mean(10 * np.log10(masked / 1e-3)) == pytest.approx(-5.5, abs=0.5)


def test_masking_reaches_further_up_than_down():
    down, up = (excess_db(in_band(band), in_band(20, 1e-2), 1e-9) for band in (16, 24))
    assert down - up > 15.0


def test_in_quiet_the_ear_is_best_at_three_kilohertz():
    silence = np.zeros(BANDS, np.float32)
    heard = np.array([excess_db(in_band(band, 100.0), silence, LOUD) for band in range(BANDS)])
    centre = np.abs(HERTZ[: PARAMS.n_fft // 2]) @ EAR.bands[: PARAMS.n_fft // 2] * 2
    assert 2000.0 < centre[heard.argmax()] < 5000.0
    assert heard[-1] < heard.max() - 60.0


def test_gain_changes_nothing():
    rng = np.random.default_rng(0)
    energy, masker = rng.random((2, BANDS)).astype(np.float32)
    for gain in (0.06, 16.0):
        changed = excess_db(gain * energy, np.float32(gain) * masker * 1e-3, gain * 0.1)
        assert changed == pytest.approx(excess_db(energy, masker * 1e-3, 0.1), abs=1e-3)


def test_nothing_is_told_far_below_the_threshold():
    noise = np.ones(BANDS, np.float32)
    assert excess_db(np.zeros(BANDS, np.float32), noise, LOUD) == -40.0
