import math

import numpy as np
import pytest

from runout.measure.pitch import PitchFollower
from runout.measure.wow import weighting_gain
from runout.measure.wow_estimate import wow_estimate_percent
from swinging import RATE, Lead, played, swing

SECONDS = 70.0


def estimated(lead: Lead, seconds: float = SECONDS) -> float | None:
    steps = PitchFollower().feed(played(seconds, lead, noise=0.01))
    assert steps is not None
    return wow_estimate_percent(steps)


@pytest.mark.parametrize(("percent", "hertz"), [(0.4, 0.9), (0.2, 1.7), (0.1, 2.6)])
def test_a_swing_of_known_size(percent, hertz):
    rms = percent / math.sqrt(2.0) * float(weighting_gain(np.array([hertz]))[0])
    assert estimated(swing(percent, hertz)) == pytest.approx(rms, rel=0.2)


def test_two_swings_add_up_by_power():
    def both(time_s):
        return swing(0.3, 0.8)(time_s) + swing(0.15, 2.1)(time_s)

    gains = weighting_gain(np.array([0.8, 2.1]))
    rms = math.hypot(0.3 * gains[0], 0.15 * gains[1]) / math.sqrt(2.0)
    assert estimated(both) == pytest.approx(rms, rel=0.2)


def test_steady_music_has_next_to_none():
    steady = estimated(lambda time_s: np.zeros_like(time_s))
    assert steady is None or steady < 0.02


def test_less_than_a_minute_and_silence_tell_nothing():
    assert estimated(swing(0.4, 1.0), seconds=40.0) is None
    steps = PitchFollower().feed(np.zeros((2, round(SECONDS * RATE)), np.float32))
    assert steps is not None
    assert wow_estimate_percent(steps) is None
