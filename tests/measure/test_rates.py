from dataclasses import replace

import numpy as np
import pytest

from runout.defects.event import Event
from runout.measure.rates import rates


def event(time_s: float, kind="click", **more) -> Event:
    plain = Event(
        id=f"{kind}{time_s}",
        time_s=time_s,
        duration_s=0.001,
        kind=kind,
        channel="both",
        peak_db=12.0,
        confidence=0.9,
    )
    return replace(plain, **more)


def test_counts_a_minute():
    scratch = event(100.0, "scratch", id="s", duration_s=18.0)
    crackle = event(200.0, "crackle", id="c", duration_s=30.0)
    events = [
        *(event(10.0 * number) for number in range(12)),
        *(event(300.0 + number, "pop") for number in range(3)),
        scratch,
        *(event(100.1 + 1.8 * turn, part_of="s") for turn in range(10)),
        crackle,
        *(event(200.0 + 0.1 * tick, part_of="c") for tick in range(25)),
    ]
    measured = rates(events, [(0.0, 400.0), (500.0, 700.0)])
    assert measured is not None
    assert measured.minutes == pytest.approx(10.0)
    assert measured.clicks_per_min == pytest.approx(1.2)
    assert measured.pops_per_min == pytest.approx(0.3)
    assert measured.impulses_per_min == pytest.approx(5.0)
    assert measured.crackle_percent == pytest.approx(5.0)
    assert measured.locked_percent == pytest.approx(20.0)
    assert measured.worst_minute == 25
    assert measured.worst_minute_s == pytest.approx(200.0)


def test_worst_minute_by_brute_force():
    times = np.sort(np.random.default_rng(7).uniform(0.0, 600.0, 200))
    measured = rates([event(time) for time in times], [(0.0, 600.0)])
    assert measured is not None
    counts = [((times >= one) & (times < one + 60.0)).sum() for one in times]
    assert measured.worst_minute == max(counts)
    assert measured.worst_minute_s == times[int(np.argmax(counts))]


def test_only_what_is_heard_in_the_spans():
    events = [event(5.0), event(15.0), event(0.0, "crackle", duration_s=20.0)]
    measured = rates(events, [(10.0, 40.0)])
    assert measured is not None
    assert measured.clicks_per_min == pytest.approx(2.0)
    assert measured.crackle_percent == pytest.approx(100.0 / 3.0)


def test_by_wall():
    events = [event(1.0, channel="left"), event(2.0, channel="left"), event(3.0, channel="right")]
    by_wall = [rates(events, [(0.0, 60.0)], wall) for wall in ("left", "right", "both")]
    assert [one.clicks_per_min for one in by_wall if one is not None] == [2.0, 1.0, 0.0]


def test_no_defect_and_nothing_heard():
    clean = rates([], [(3.0, 63.0)])
    assert clean is not None
    assert (clean.worst_minute, clean.worst_minute_s, clean.locked_percent) == (0, 3.0, 0.0)
    assert rates([event(1.0)], []) is None
