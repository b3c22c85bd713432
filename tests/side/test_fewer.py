from dataclasses import replace

from report.page.made import SIDE, dense
from runout.side.fewer import with_fewer


def test_the_loudest_and_all_episodes_are_kept_in_order():
    side = dense(500)
    kept = with_fewer(side, 101)
    assert len(kept.events) == 101
    assert [event.kind for event in kept.events].count("crackle") == 1
    softest = min(event.peak_db for event in kept.events if event.kind == "click")
    left_out = {event.id for event in side.events} - {event.id for event in kept.events}
    assert all(event.peak_db <= softest for event in side.events if event.id in left_out)
    times = [event.time_s for event in kept.events]
    assert times == sorted(times)
    assert replace(kept, events=side.events) == side


def test_few_are_all_kept():
    assert with_fewer(SIDE, len(SIDE.events)) is SIDE
