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
    assert once is None


@pytest.mark.parametrize("seconds", [8.0, 60.0])
def test_wow_without_a_turn_in_it_is_not_off_centre(seconds):
    rng = np.random.default_rng(3)
    noises = rng.standard_normal((20, round(100 * seconds)))
    told = [measure_eccentricity(noise, 100.0) for noise in noises]
    assert told == [None] * 20


@pytest.mark.parametrize(("over", "rpm"), [(1.6, 100 / 3), (2.4, 45.0)])
def test_another_speed_than_an_lps_has_to_be_clearly_stronger(over, rpm):
    rate = 100.0
    time = np.arange(4000) / rate
    deviation = 0.1 * np.cos(2 * np.pi * time / 1.8) + 0.1 * over * np.cos(1.5 * np.pi * time)
    assert measure_eccentricity(deviation, rate).rpm == pytest.approx(rpm, rel=0.001)
    once = measure_eccentricity(deviation, rate, nominal_rpm=(100 / 3,))
    assert once.size_percent == pytest.approx(0.1, abs=0.002)


@pytest.mark.parametrize("rpm", [45.0, 3600 / 46])
@pytest.mark.parametrize("seconds", [6.0, 7.5, 12.0])
def test_a_faster_record_is_none_of_an_lps_speed(rpm, seconds):
    time = np.arange(round(100 * seconds)) / 100.0
    once = measure_eccentricity(0.2 * np.cos(2 * np.pi * rpm / 60.0 * time + 1.0), 100.0)
    assert once.rpm == pytest.approx(rpm, rel=0.01)


def test_less_than_three_turns_say_nothing():
    assert measure_eccentricity(np.zeros(200), 100.0) is None
    assert measure_eccentricity(np.zeros(500), 100.0, nominal_rpm=(100 / 3,)) is None
