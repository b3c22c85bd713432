"""Wow and flutter of known size, against the weighting of the standard."""

import numpy as np
import pytest

from runout.measure.tone import find_tones
from runout.measure.wow import deviation_percent, measure_wow, two_sigma, weighting_gain
from tones import RATE, tone

STANDARD = {
    0.1: -48.0,
    0.2: -30.6,
    0.315: -19.7,
    0.4: -15.0,
    0.8: -6.0,
    2.0: -0.9,
    4.0: 0.0,
    10.0: -2.1,
    20.0: -5.9,
    40.0: -10.4,
    100.0: -17.3,
    200.0: -23.0,
}
"""Hertz and dB: AES6-2008"""
SINE = np.sin(0.95 * np.pi / 2)
"""What a sine of peak 1 exceeds for 5 % of the time"""


def read(sound, rate=RATE):
    (found,) = find_tones(sound, rate)
    return measure_wow(deviation_percent(found.frequency()), found.rate)


def test_the_weighting_goes_through_the_table():
    hertz = np.array(list(STANDARD))
    assert 20 * np.log10(weighting_gain(hertz)) == pytest.approx(list(STANDARD.values()), abs=1e-9)


def test_the_weighting_is_smooth_and_highest_at_4_hz():
    hertz = np.geomspace(0.01, 1000.0, 5001)
    gain = weighting_gain(hertz)
    assert (np.diff(gain[hertz <= 4.0]) > 0).all()
    assert (np.diff(gain[hertz >= 4.0]) < 0).all()
    assert gain.max() <= 1.0
    assert weighting_gain(np.zeros(1)) == 0.0
    # No kinks: a slope in dB an octave that jumps would ring.
    slopes = np.diff(20 * np.log10(gain)) / np.diff(np.log2(hertz))
    assert np.abs(np.diff(slopes)).max() < 0.5


@pytest.mark.parametrize("seconds", [9.0, 25.0])
@pytest.mark.parametrize(
    ("hertz", "percent"),
    [(0.2, 1.0), (0.4, 0.5), (0.8, 0.4), (4.0, 0.05), (4.0, 1.0), (10.0, 0.3), (40.0, 0.3)],
)
def test_a_sine_reads_what_the_weighting_says(seconds, hertz, percent):
    expected = percent * 10.0 ** (STANDARD[hertz] / 20.0) * SINE
    sound = tone(seconds, 3150.0, [(hertz, percent, 0.7)])
    assert read(sound).weighted_percent == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize("phase", np.linspace(0.0, 2 * np.pi, 5)[:-1])
@pytest.mark.parametrize("hertz", [0.2, 0.8])
def test_wherever_the_wow_begins(hertz, phase):
    expected = 0.5 * 10.0 ** (STANDARD[hertz] / 20.0) * SINE
    sound = tone(10.3, 3150.0, [(hertz, 0.5, phase)])
    assert read(sound).weighted_percent == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
def test_at_any_rate(rate):
    sound = tone(9.0, 3150.0, [(4.0, 0.2, 0.7)], rate=rate)
    assert read(sound, rate).weighted_percent == pytest.approx(0.2 * SINE, abs=0.002)


@pytest.mark.parametrize("nominal", [1000.0, 3000.0])
@pytest.mark.parametrize("gain", [0.05, 1.0])
@pytest.mark.parametrize("sides", [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (1.0, -1.0)])
def test_at_any_tone_gain_and_channel(nominal, gain, sides):
    left, right = gain * np.array(sides)
    sound = tone(9.0, nominal, [(4.0, 0.2, 0.7)], left=left, right=right)
    assert read(sound).weighted_percent == pytest.approx(0.2 * SINE, abs=0.002)


def test_a_speed_error_does_not_matter():
    sound = tone(9.0, 3150.0 * 1.02, [(4.0, 0.2, 0.7)])
    assert read(sound).weighted_percent == pytest.approx(0.2 * SINE, abs=0.002)


def test_a_steady_tone_has_next_to_none():
    assert read(tone(9.0, noise_db=None)).unweighted_percent < 1e-5
    assert read(tone(9.0)).weighted_percent < 0.002


def test_clicks_do_not_matter():
    sound = tone(10.0, 3150.0, [(4.0, 0.1, 0.0)])
    for at in range(1, 10):
        sound[:, at * 23_500 : at * 23_500 + 6] += 2.0
    assert read(sound).weighted_percent == pytest.approx(0.1 * SINE, abs=0.002)


def test_noise_reads_twice_its_standard_deviation():
    deviation = np.random.default_rng(0).standard_normal(200_000)
    # 1.96 is what a normal deviate exceeds for 5 % of the time.
    assert two_sigma(deviation) == pytest.approx(1.96, abs=0.02)


def test_wow_and_flutter_are_told_apart():
    wow = read(tone(20.0, 3150.0, [(0.8, 0.3, 0.0)]))
    assert wow.wow_percent == pytest.approx(0.3 * SINE, abs=0.002)
    assert wow.flutter_percent < 0.005
    flutter = read(tone(20.0, 3150.0, [(30.0, 0.2, 0.0)]))
    assert flutter.flutter_percent == pytest.approx(0.2 * SINE, abs=0.002)
    assert flutter.wow_percent < 0.002
    both = read(tone(20.0, 3150.0, [(0.8, 0.3, 0.0), (30.0, 0.2, 0.0)]))
    assert both.wow_percent == pytest.approx(wow.wow_percent, abs=0.002)
    assert both.flutter_percent == pytest.approx(flutter.flutter_percent, abs=0.002)
    assert both.unweighted_percent > wow.wow_percent


def test_the_band_ends_lie_at_3_db():
    edge = read(tone(20.0, 3150.0, [(6.0, 0.4, 0.0)], noise_db=None))
    assert edge.wow_percent == pytest.approx(0.4 * SINE / np.sqrt(2), rel=0.02)
    assert edge.flutter_percent == pytest.approx(0.4 * SINE / np.sqrt(2), rel=0.02)


def test_less_than_5_s_besides_the_ends_is_no_reading():
    assert read(tone(7.0)) is None
    assert read(tone(8.0)).seconds == pytest.approx(5.25, abs=0.01)


def test_a_frequency_that_is_none():
    with pytest.raises(ValueError, match="mean frequency"):
        deviation_percent(np.zeros(8))
