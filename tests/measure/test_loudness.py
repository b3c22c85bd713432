import warnings

import numpy as np
import pyloudnorm
import pytest

from runout.measure.loudness import k_weighting, loudness
from runout.measure.slices import Stretch, decibels
from runout.measure.spectrum import STEP
from sliced import RATE, both, dither, sliced, stretch_of, tone
from sounds import Sound, real_music


def reference(sound: Sound) -> float:
    """Of what the slices hear: the first 0.4 s and an odd end are left out."""
    slices = len(sliced(sound))
    heard = sound[STEP : STEP * (slices + 1)].astype(np.float64)
    meter = pyloudnorm.Meter(RATE, filter_class="DeMan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(meter.integrated_loudness(heard))


def measured(sound: Sound) -> float:
    heard = loudness(sliced(sound))
    assert heard is not None
    assert heard.integrated_lufs is not None
    return heard.integrated_lufs


def test_full_scale_sine_of_1_khz_in_one_channel():
    # BS.1770: 997 Hz at 0 dB FS (sine) in left reads -3.01 LUFS.
    sine = tone(5.0, 997.0, np.sqrt(0.5))
    assert measured(both(sine, 0.0 * sine)) == pytest.approx(-3.01, abs=0.02)


def test_mono_is_two_like_channels():
    sine = tone(4.0, 997.0, np.sqrt(0.5))
    assert measured(both(sine)) - measured(both(sine, 0.0 * sine)) == pytest.approx(3.01, abs=0.01)


def test_curve_is_0_db_where_the_offset_says():
    assert decibels(k_weighting(np.array([997.0]))) == pytest.approx(0.691, abs=0.005)


@pytest.mark.parametrize("hertz", [40.0, 100.0, 1000.0, 3000.0, 10_000.0])
def test_tones_as_pyloudnorm_has_them(hertz: float):
    sound = both(tone(6.0, hertz, 0.1), tone(6.0, hertz, 0.05))
    assert measured(sound) == pytest.approx(reference(sound), abs=0.1)


def test_music_as_pyloudnorm_has_it():
    sound = real_music(10.0)
    assert measured(sound) == pytest.approx(reference(sound), abs=0.1)


def test_gates_as_pyloudnorm_has_them():
    # Loud, soft by more than 10 LU, and silent stretches, their edges at odd places.
    rng = np.random.default_rng(5)
    envelope = np.repeat(rng.choice([0.3, 0.1, 0.03, 0.01, 1e-5], 24), 33_333)
    rows = rng.standard_normal((2, len(envelope))) * envelope
    sound = both(*rows)
    assert measured(sound) == pytest.approx(reference(sound), abs=0.1)


def test_silence_has_no_loudness():
    heard = loudness(sliced(both(dither(3.0, 1e-6))))
    assert heard is not None
    assert heard.integrated_lufs is None
    assert loudness(stretch_of([])) is None


def test_blocks_do_not_cross_gaps_between_slices():
    # Two loud slices have five blocks, a soft one has one; across the gap three would come between.
    loud, soft = tone(2.0, 997.0, 0.1), tone(2.0, 997.0, 0.05)
    stretch = sliced(both(np.concatenate((loud, soft))))
    chosen = [1, 2, 7]
    heard = loudness(Stretch(stretch.time_s[chosen], stretch.powers[chosen]))
    assert heard is not None
    power = 2 * (5 * 0.1**2 + 0.05**2) / 6
    assert heard.integrated_lufs == pytest.approx(10 * np.log10(power), abs=0.01)


def test_a_few_clicks_are_not_the_programmes_peak():
    sound = both(tone(25.0, 500.0, 0.1))
    sound[44_100 * 15] = 0.99
    heard = loudness(sliced(sound))
    assert heard is not None
    assert heard.true_peak_db > -0.3
    assert heard.programme_peak_db == pytest.approx(-16.99, abs=0.05)
