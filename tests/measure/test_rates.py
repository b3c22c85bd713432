from dataclasses import replace

import numpy as np
import pytest

from runout.defects.event import Event
from runout.measure.rates import locked_percent, on_wall, worst_minute


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


def test_what_belongs_to_scratches_and_crackle():
    events = [
        *(event(10.0 * number) for number in range(12)),
        *(event(300.0 + number, "pop") for number in range(3)),
        event(100.0, "scratch", id="s", duration_s=18.0),
        *(event(100.1 + 1.8 * turn, part_of="s") for turn in range(10)),
        event(200.0, "crackle", id="c", duration_s=30.0),
        *(event(200.0 + 0.1 * tick, part_of="c") for tick in range(25)),
    ]
    spans = [(0.0, 400.0), (500.0, 700.0)]
    assert locked_percent(events, spans) == pytest.approx(20.0)
    assert worst_minute(events, spans) == 6.0


def test_worst_minute_by_brute_force():
    times = np.sort(np.random.default_rng(7).uniform(0.0, 600.0, 200))
    counts = [((times >= one) & (times < one + 60.0)).sum() for one in times]
    assert worst_minute([event(time) for time in times], [(0.0, 600.0)]) == max(counts)


def test_only_what_is_heard_in_the_spans():
    events = [event(5.0), event(15.0, part_of="s"), event(0.0, "scratch", id="s")]
    assert locked_percent(events, [(10.0, 70.0)]) == 100.0
    assert worst_minute(events, [(10.0, 70.0)]) == 0.0
    assert worst_minute([event(5.0), event(16.0)], [(10.0, 70.0)]) == 1.0


def test_a_minute_is_as_bad_as_what_is_heard_in_it():
    events = [event(float(t), audible_db=-3.0) for t in range(50)]
    events += [event(200.0, audible_db=20.0), event(210.0, audible_db=30.0)]
    assert worst_minute(events, [(0.0, 300.0)]) == pytest.approx(1.0 + 7.0 / 3.0)


def test_what_is_not_told():
    assert worst_minute([], [(3.0, 63.0)]) == 0
    assert worst_minute([event(4.0)], [(3.0, 33.0), (40.0, 69.0)]) is None
    assert locked_percent([], [(3.0, 63.0)]) is None


def test_a_click_on_both_walls_is_on_either():
    events = [event(1.0, channel="left"), event(2.0, channel="right"), event(3.0), event(4.0)]
    assert (on_wall(events, "left"), on_wall(events, "right")) == (3, 3)
    assert on_wall(events[:1], "right") == 0
