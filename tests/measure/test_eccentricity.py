"""Records whose hole is a known way off."""

import numpy as np
import pytest

from runout.measure.eccentricity import measure_eccentricity
from runout.measure.speed import speed_from_tone
from runout.measure.tone import find_tones
from runout.measure.wow import deviation_percent
from tones import RATE, tone


def read(sound, rate=RATE):
    (found,) = find_tones(sound, rate)
    frequency = found.frequency()
    error = speed_from_tone(frequency, found.nominal_hz).error_percent
    return found, measure_eccentricity(deviation_percent(frequency), found.rate, error)


def turning(rpm, radius_mm, offset_mm, phase=0.0):
    return (rpm / 60, 100.0 * offset_mm / radius_mm, phase)


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
@pytest.mark.parametrize(("rpm", "error"), [(100 / 3, 0.0), (45.0, 1.0), (3600 / 46, -2.0)])
def test_size_and_offset(rate, rpm, error):
    fast = 1 + error / 100
    sound = tone(10.0, 3150.0 * fast, [turning(rpm * fast, 60.0, 0.2)], rate=rate)
    _, once = read(sound, rate)
    assert once.size_percent == pytest.approx(100 * 0.2 / 60, abs=0.002)
    assert once.offset_mm(60.0) == pytest.approx(0.2, abs=0.002)
    assert once.rpm == pytest.approx(rpm * fast, rel=0.005)


@pytest.mark.parametrize("angle", [0.0, 45.0, 170.0, 300.0])
@pytest.mark.parametrize("seconds", [8.0, 33.0])
def test_the_angle_counts_from_the_beginning_of_the_tone(angle, seconds):
    found, once = read(tone(seconds, 3150.0, [(100 / 180, 0.3, -np.radians(angle))]))
    expected = angle - 360.0 * found.start_s / 1.8
    assert (once.angle_deg - expected + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=3.0)
    assert 0.0 <= once.angle_deg < 360.0


def test_other_wow_does_not_matter():
    wow = [turning(100 / 3, 100.0, 0.1, 0.4), (0.2, 0.1, 1.0), (4.0, 0.2, 0.0), (1.1, 0.05, 2.0)]
    _, once = read(tone(40.0, 3150.0, wow))
    assert once.size_percent == pytest.approx(0.1, abs=0.003)


def test_a_motor_that_drifts_is_not_off_centre():
    _, once = read(tone(30.0, 3150.0, [(0.01, 0.3, 1.2)]))
    assert once.size_percent < 0.005


def test_a_known_speed_is_not_mistaken_for_another():
    rate = 100.0
    time = np.arange(4000) / rate
    deviation = 0.1 * np.cos(2 * np.pi * time / 1.8) + 0.2 * np.cos(2 * np.pi * 0.75 * time)
    assert measure_eccentricity(deviation, rate).rpm == pytest.approx(45.0, rel=0.001)
    once = measure_eccentricity(deviation, rate, nominal_rpm=(100 / 3,))
    assert once.size_percent == pytest.approx(0.1, abs=0.002)


def test_less_than_three_turns_say_nothing():
    assert measure_eccentricity(np.zeros(200), 100.0) is None
    assert measure_eccentricity(np.zeros(500), 100.0, nominal_rpm=(100 / 3,)) is None
