"""Channels of known separation, polarity and balance."""

import numpy as np
import pytest

from runout.measure.crosstalk import measure_polarity, measure_separation
from runout.measure.tone import find_tones
from tones import RATE, tone

WOW = [(100 / 180, 0.2, 0.0), (4.0, 0.1, 0.0)]


def heard(rate=RATE, **options):
    (found,) = find_tones(tone(6.0, rate=rate, wow=WOW, **options), rate)
    return found


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
@pytest.mark.parametrize("hertz", [1000.0, 3150.0])
@pytest.mark.parametrize("separation_db", [12.0, 25.0, 40.0])
@pytest.mark.parametrize("driven", ["left", "right"])
def test_separation_either_way(rate, hertz, separation_db, driven):
    leak = 0.4 * 10.0 ** (-separation_db / 20.0)
    left, right = (0.4, leak) if driven == "left" else (leak, 0.4)
    found = measure_separation(heard(rate, hertz=hertz, left=left, right=right))
    assert found.driven == driven
    assert found.separation_db == pytest.approx(separation_db, abs=0.1)


def test_noise_is_no_crosstalk():
    found = measure_separation(heard(left=0.4, right=0.0))
    assert found.separation_db > 60.0


def test_digital_silence_was_not_recorded():
    assert measure_separation(heard(left=0.4, right=0.0, noise_db=None)) is None
    hardly = heard(left=0.4, right=1e-8, noise_db=None)
    assert measure_separation(hardly).separation_db == 90.0


def test_what_leaks_a_quarter_turn_late_leaks_as_much():
    found = measure_separation(heard(left=0.4, right=0.02 * np.exp(1j * np.radians(-90.0))))
    assert found.separation_db == pytest.approx(26.0, abs=0.1)


@pytest.mark.parametrize("gain", [0.02, 1.0])
@pytest.mark.parametrize(("turn_deg", "same"), [(0.0, True), (40.0, True), (180.0, False)])
def test_polarity(gain, turn_deg, same):
    right = 0.8 * gain * np.exp(1j * np.radians(turn_deg))
    found = measure_polarity(heard(left=gain, right=right))
    assert found.same is same
    assert np.cos(np.radians(found.phase_deg - turn_deg)) == pytest.approx(1.0, abs=1e-4)
    assert found.balance_db == pytest.approx(-20 * np.log10(0.8), abs=0.01)


def test_each_is_told_from_its_own_kind_of_tone():
    assert measure_separation(heard()) is None
    assert measure_polarity(heard(right=0.01)) is None


def test_a_weak_channel_is_no_crosstalk():
    weak = heard(left=0.4, right=0.4 * 10.0 ** (-8.0 / 20.0))
    assert measure_separation(weak) is None
    assert measure_polarity(weak).balance_db == pytest.approx(8.0, abs=0.05)


def test_the_very_same_on_both_sides_has_no_polarity():
    assert measure_polarity(heard(noise_db=None)) is None
