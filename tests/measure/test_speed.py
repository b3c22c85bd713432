"""Speed errors of known size."""

import pytest

from runout.measure.speed import Speed, speed_from_tone
from runout.measure.tone import find_tones
from tones import RATE, tone


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
@pytest.mark.parametrize("error", [-2.1, -0.3, 0.0, 0.007, 1.5])
def test_from_a_tone(rate, error):
    (found,) = find_tones(tone(6.0, 3150.0 * (1 + error / 100), rate=rate), rate)
    assert speed_from_tone(found.frequency(), 3150.0).error_percent == pytest.approx(
        error, abs=0.001
    )


@pytest.mark.parametrize("phase", [0.0, 1.0, 2.5, 4.0])
@pytest.mark.parametrize("seconds", [8.0, 11.3, 20.0])
def test_wow_that_ends_anywhere_does_not_matter(phase, seconds):
    wow = [(100 / 180, 0.3, phase), (4.0, 0.1, 0.0)]
    (found,) = find_tones(tone(seconds, 3150.0 * 1.004, wow), RATE)
    assert speed_from_tone(found.frequency(), 3150.0).error_percent == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize(("error", "allowed"), [(0.49, True), (-0.51, False)])
def test_what_the_standard_allows(error, allowed):
    assert Speed(error).allowed is allowed
