import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runout.grading.grade import LABELS, label_of
from runout.grading.rules import Rule
from runout.grading.table import load_table

RULES = {rule.name or rule.measure: rule for rule in load_table().rules}


def rule(kind="level", limits=None, **changed):
    return Rule("m", kind, "dB", limits or {"NM": -50.0, "VG+": -40.0, "VG": -30.0}, "", "",
                **changed)  # fmt: skip


def test_a_rule_with_negative_limits():
    noise = rule()
    assert noise.index(-90.0) == 0.0
    assert noise.index(-60.0) == 0.0
    assert noise.index(-50.0) == 0.5
    assert noise.index(-45.0) == 1.0
    assert noise.index(-31.0) == pytest.approx(2.4)
    assert noise.index(-25.0) == 2.75
    assert noise.index(0.0) == 3.0
    assert noise.worst == 3


def test_a_rule_may_begin_at_a_worse_label():
    skips = RULES["skips"]
    assert [skips.index(float(n)) for n in range(4)] == [0.0, 4.75, 5.25, 5.625]
    locked = RULES["locked_grooves"]
    assert [locked.index(float(n)) for n in range(3)] == [0.0, 6.0, 6.0]


@pytest.mark.parametrize("name", RULES)
@given(st.data())
def test_indices_rise_without_a_step_and_round_as_the_limits_say(name, data):
    one = RULES[name]
    limits = list(one.limits.values())
    size = limits[-1] - min(0.0, limits[0])
    low, high = sorted(
        data.draw(st.tuples(*[st.floats(limits[0] - 2 * size, limits[-1] + 2 * size)] * 2))
    )
    assert 0.0 <= one.index(low) <= one.index(high) <= one.worst <= len(LABELS) - 1
    near = one.index(low + 1e-6 * size) - one.index(low)
    assert near < 0.01
    allowed = next((label for label, limit in one.limits.items() if low <= limit), None)
    # What is counted goes from none at NM to the first label that is told apart.
    if "NM" in one.limits and min(abs(low - limit) for limit in limits) > 1e-9 * size:
        assert label_of(one.index(low)) == (allowed or LABELS[one.worst])
    for label, limit in one.limits.items():
        assert label_of(one.index(limit)) == label


def test_a_rate_is_as_sure_as_the_events_behind_it_are_many():
    clicks = rule("rate", {"NM": 1.0, "VG+": 1e6})
    # 24 events in 4 minutes: 6 a minute, give or take 5 / 4.
    steps = (clicks.index(7.25) - clicks.index(4.75)) / 2.0
    assert clicks.spread_of(6.0, 240.0) == pytest.approx(steps)
    # None in 2 minutes: up to half a one a minute, down to none.
    assert clicks.spread_of(0.0, 120.0) == pytest.approx(0.5 * 0.5 / 2.0)
    assert clicks.spread_of(6.0, 960.0) == pytest.approx(
        steps * math.sqrt(97.0) / 16.0 / (5.0 / 4.0)
    )


def test_spreads_of_the_other_kinds():
    assert rule(spread=2.0).spread_of(-45.0, 60.0) == pytest.approx(0.2)
    assert rule("count", {"G": 0.5, "F": 2.5}).spread_of(1.0, 60.0) == 0.0
    # A tenth of 1000 s in stretches of 10 s: ten, give or take the root of ten.
    share = rule("share", {"NM": 10.0, "VG+": 20.0, "VG": 30.0}, stretch_s=10.0)
    deviation = math.sqrt(10.0)
    steps = (0.5 + deviation / 10.0) - 0.5 * (10.0 - deviation) / 10.0
    assert share.spread_of(10.0, 1000.0) == pytest.approx(steps / 2.0)
    worst = rule("worst", {"NM": 100.0, "VG+": 200.0}, spread=0.1)
    deviation = math.hypot(15.0, math.sqrt(151.0))
    assert worst.spread_of(150.0, 60.0) == pytest.approx(deviation / 100.0)
