import pytest

from runout.defects.event import Event
from runout.side.weighed import weighed


def impulse(time_s, audible_db, kind="click", part_of=None):
    return Event(
        f"s-{time_s}", time_s, 0.0003, kind, "left", 12.0, 0.9, part_of, audible_db=audible_db
    )


def episode(id, kind, time_s, duration_s, rate_per_s=None):
    return Event(id, time_s, duration_s, kind, "left", 12.0, 0.9, rate_per_s=rate_per_s)


def test_a_quiet_side_has_none():
    assert weighed([], 60.0) == {
        "audible_clicks_per_min": 0.0,
        "audible_pops_per_min": 0.0,
        "audible_crackle_percent": 0.0,
        "audible_scratched_percent": 0.0,
    }


def test_single_impulses_count_by_their_loudness():
    events = [
        impulse(1.0, 20.0),
        impulse(2.0, 10.0),
        impulse(3.0, -5.0),
        impulse(4.0, 30.0, "pop"),
        impulse(5.0, 80.0, part_of="c"),
    ]
    told = weighed(events, 120.0)
    assert told["audible_clicks_per_min"] == pytest.approx((1.0 + 1.0 / 3.0) / 2.0)
    assert told["audible_pops_per_min"] == pytest.approx(7.0 / 3.0 / 2.0)


def test_what_was_not_told_counts_in_full():
    told = weighed([impulse(1.0, None), episode("s", "scratch", 2.0, 6.0)], 60.0)
    assert told["audible_clicks_per_min"] == 1.0
    assert told["audible_scratched_percent"] == pytest.approx(10.0)


def test_crackle_counts_by_how_loud_and_how_dense_it_is():
    def percent(audible_db, rate_per_s):
        ticks = [impulse(number / 10, audible_db, part_of="c") for number in range(60)]
        crackle = episode("c", "crackle", 0.0, 6.0, rate_per_s)
        return weighed([*ticks, crackle], 60.0)["audible_crackle_percent"]

    # Ten times the rate that the threshold was measured at lowers it by 4.5 dB.
    assert percent(5.5, 100.0) == pytest.approx(10.0)
    assert percent(-4.5 + 2.0, 100.0) == pytest.approx(10.0 * 5.0 * (2**0.2 - 1.0) / 3.0)
    assert percent(-10.0, 100.0) == 0.0
    assert percent(40.0, 20.0) == pytest.approx(10.0)
    assert percent(10.0 - 1.3546, 20.0) == pytest.approx(10.0 / 3.0, rel=1e-3)


def test_scratches_that_overlap_count_once_by_the_louder():
    events = [
        impulse(10.0, 10.0, part_of="a"),
        impulse(12.0, 20.0, part_of="b"),
        impulse(12.5, 30.0, part_of="b"),
        impulse(50.0, -8.0, part_of="c"),
        episode("a", "scratch", 10.0, 6.0),
        episode("b", "scratch", 12.0, 2.0),
        episode("c", "scratch", 50.0, 9.0),
    ]
    # A third of 4 s, and 2 s in full; the third lies under the music.
    told = weighed(events, 100.0)
    assert told["audible_scratched_percent"] == pytest.approx(4.0 / 3.0 + 2.0)
