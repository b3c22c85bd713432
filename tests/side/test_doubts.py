from dataclasses import replace

from runout.defects.event import Event
from runout.side.doubts import Doubts

ONE = Event("s-1", 1.0, 0.001, "click", "left", 12.0, 0.3)


def test_they_are_handed_out_once_and_in_order():
    doubts = Doubts()
    kept = [replace(ONE, id=f"s-{n}", time_s=float(n)) for n in range(5)]
    for one in kept:
        doubts.add(one)
    assert doubts.take(("s-3", "s-1", "s-9")) == [kept[1], kept[3]]
    assert doubts.take(("s-3", "s-4")) == [kept[4]]


def test_those_too_old_for_a_scratch_are_dropped():
    doubts = Doubts()
    for n in range(100):
        doubts.add(replace(ONE, id=f"s-{n}", time_s=float(n)))
    assert doubts.take([f"s-{n}" for n in range(84)]) == []
    assert len(doubts.take([f"s-{n}" for n in range(100)])) == 15
