"""A device's rate by the clock: what is fine, what is put right, what is of no use."""

import numpy as np
import pytest

from runout.source.true_rate import FalseRate, RateCheck

PERIOD_S = 0.04


def found(
    true_hz: float,
    said_hz: int,
    minutes: float = 2.2,
    late_s: float = 0.2,
    lost_at: float = -1.0,
    seed: int = 4,
) -> tuple[FalseRate | None, float]:
    """What is found of a device that brings a period of frames each 40 ms, some late; and when."""
    check = RateCheck(said_hz)
    rng = np.random.default_rng(seed)
    for period in range(1, int(minutes * 60 / PERIOD_S)):
        now_s = 1000.0 + period * PERIOD_S + rng.exponential(late_s / 5)
        frames = round(period * PERIOD_S * true_hz)
        lost = int(period * PERIOD_S > lost_at >= 0.0)
        false = check.arrived(frames, lost, now_s)
        if false is not None:
            return false, period * PERIOD_S
    return None, minutes * 60.0


@pytest.mark.parametrize("off", [0.0, 1e-4, -1e-3, 2e-3])
@pytest.mark.parametrize("said", [44_100, 96_000])
def test_a_crystal_is_fine(said: int, off: float) -> None:
    assert found(said * (1.0 + off), said)[0] is None


def test_one_that_says_44100_and_has_32000_is_taken_for_that_after_a_minute() -> None:
    false, after_s = found(32_000.0, 44_100)
    assert false is not None
    assert (false.true_hz, false.measured_hz) == (32_000, pytest.approx(32_000, rel=1e-3))
    assert after_s < 65.0


@pytest.mark.parametrize(
    ("true_hz", "said"), [(48_000, 44_100), (44_100, 48_000), (96_000, 48_000)]
)
def test_another_standard_rate_is_taken_for_what_it_is(true_hz: int, said: int) -> None:
    false, _ = found(true_hz * 1.0005, said)
    assert false is not None
    assert false.true_hz == true_hz


@pytest.mark.parametrize("true_hz", [16_000.0, 39_000.0, 52_000.0])
def test_one_that_is_far_off_any_rate_is_of_no_use(true_hz: float) -> None:
    false, _ = found(true_hz, 44_100)
    assert false is not None
    assert false.true_hz is None


@pytest.mark.parametrize("off", [0.01, -0.02, 0.04])
def test_a_steady_clock_that_is_a_little_off_is_put_right_after_two_minutes(off: float) -> None:
    false, after_s = found(48_000 * (1.0 + off), 48_000)
    assert false is not None
    assert false.true_hz == pytest.approx(48_000 * (1.0 + off), rel=1e-3)
    assert 120.0 < after_s < 128.0


def test_what_is_lost_now_and_then_is_no_clock() -> None:
    check = RateCheck(48_000)
    frames, rng = 0, np.random.default_rng(5)
    for period in range(1, 15_000):
        # A share of the packets, another each minute.
        share = (0.01, 0.02, 0.005, 0.03)[period * 4 // 60_000 % 4 + period // 1500 % 3]
        frames += 0 if rng.random() < share else 1920
        assert check.arrived(frames, 0, period * PERIOD_S) is None


def test_a_measurement_in_which_input_was_lost_is_thrown_away() -> None:
    _, after_s = found(32_000.0, 44_100, lost_at=40.0)
    assert 100.0 < after_s < 105.0


def test_a_box_that_was_stopped_measures_anew() -> None:
    check = RateCheck(48_000)
    frames = 0
    for period in range(1, 6000):
        # For twenty seconds nothing was brought, and nothing said of it.
        now_s = period * PERIOD_S + (20.0 if period > 700 else 0.0)
        frames += 1920
        assert check.arrived(frames, 0, now_s) is None
