import math

import numpy as np
import pytest

from runout.side.loop import LoopTicks


def since(times):
    ticks = LoopTicks()
    for time_s in times:
        ticks.tick(time_s)
    return ticks.since_s


@pytest.mark.parametrize("turn_s", [1.8, 60 / 45, 60 / 78.26, 1.8 * 1.02])
def test_what_ticks_with_every_turn_closes_on_itself(turn_s):
    wow = 0.004 * np.sin(np.arange(8))
    assert since(100.0 + turn_s * np.arange(8) + wow) == pytest.approx(100.0, abs=0.02)


def test_other_ticks_between_do_not_hide_it():
    rng = np.random.default_rng(5)
    times = np.sort(np.concatenate((50.0 + 1.8 * np.arange(8), rng.uniform(50, 64, 10))))
    assert since(times) < 60.0


@pytest.mark.parametrize("times", [[], [3.0], 5.0 + 1.8 * np.arange(4), 2.0 * np.arange(30)])
def test_too_few_turns_or_no_turns_tell_nothing(times):
    assert since(times) == math.inf


@pytest.mark.parametrize("rate_per_s", [1, 5, 10, 30])
def test_dust_tells_nothing(rate_per_s):
    rng = np.random.default_rng(3)
    assert since(np.sort(rng.uniform(0, 600, 600 * rate_per_s))) == math.inf
