"""Speed errors of known size."""

import math

import numpy as np
import pytest

from runout.defects.event import Event
from runout.measure.speed import Speed, speed_from_tone, speed_from_turns
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


def scratch(turns: int, drift_deg: float, rpm: float) -> Event:
    return Event(
        "1",
        0.0,
        1.0,
        "scratch",
        "both",
        12.0,
        0.9,
        rpm=rpm,
        turns=turns,
        drift_deg_per_turn=drift_deg,
    )


def skip(rpm: float) -> Event:
    return Event("1", 0.0, 1.8, "skip", "both", math.nan, 0.9, rpm=rpm, turns=-1)


@pytest.mark.parametrize(
    ("rpm", "error"), [(33.5, 0.5), (100 / 3, 0.0), (44.55, -1.0), (79.05, 1.01)]
)
def test_from_turns_against_the_nearest_speed(rpm, error):
    told = speed_from_turns(rpm, [scratch(20, 0.0, rpm) for _ in range(6)])
    assert told is not None
    assert told.error_percent == pytest.approx(error, abs=0.01)


def test_a_jump_tells_more_than_a_scratch_and_several_more_than_one():
    def uncertain(*events: Event) -> float:
        told = speed_from_turns(33.5, events)
        return (
            math.inf if told is None or told.uncertain_percent is None else told.uncertain_percent
        )

    straight, askew = scratch(20, 0.1, 33.5), scratch(20, 3.0, 33.5)
    # It may run askew.
    assert uncertain(straight) == math.inf
    assert uncertain(*[straight] * 4) < uncertain(*[straight] * 3) < 0.3
    assert uncertain(*[straight] * 4) < uncertain(straight, straight, askew, askew)
    assert uncertain(skip(33.5), skip(33.5)) < uncertain(skip(33.5)) < 0.3


def test_scratches_of_few_turns_tell_less():
    many, few = ([scratch(turns, 0.0, 33.5) for _ in range(6)] for turns in (20, 3))
    surer, less_sure = speed_from_turns(33.5, many), speed_from_turns(33.5, few)
    assert surer is not None
    assert less_sure is not None
    assert surer.uncertain_percent < less_sure.uncertain_percent


def test_turns_of_no_record_and_no_turns_tell_nothing():
    assert speed_from_turns(None, []) is None
    assert speed_from_turns(38.0, [skip(38.0)] * 9) is None
    assert speed_from_turns(33.4, []) is None
    # Of another speed than what is told.
    assert speed_from_turns(33.4, [skip(45.0)]) is None


def test_the_standard_error_is_what_it_says():
    # Scratches that run askew as they were drawn, six a side, and the speed told by them.
    rng = np.random.default_rng(0)
    off, said = [], []
    for _ in range(300):
        own = 33.5 * (1.0 + rng.normal(0.0, 0.004, 6))
        rpm = float(np.median(own))
        told = speed_from_turns(rpm, [scratch(20, 360.0 * (rpm / one - 1.0), rpm) for one in own])
        if told is not None:
            off.append(100.0 * (rpm / 33.5 - 1.0))
            said.append(told.uncertain_percent)
    assert len(off) > 250
    assert np.std(off) == pytest.approx(np.mean(said), rel=0.2)
