import numpy as np
import pytest

from runout.grading.table import load_table
from runout_training.corpus.tracks import RATE
from runout_training.sides.truth import true_side
from simulated_sides import CLOCK, simulated

TABLE = load_table()


def of_kind(side, kind):
    return [event for event in side.events if event.kind == kind]


@pytest.fixture(scope="module")
def unworn():
    return true_side(simulated(0), TABLE)


def test_a_side_with_nothing_on_it_is_near_mint(unworn):
    assert unworn.grade.label == "NM"
    run_out = next(part for part in unworn.parts if part.name == "run_out")
    assert all(event.time_s >= run_out.start_s for event in unworn.events)
    assert unworn.measurements["clicks_per_min"] == 0.0
    assert unworn.measurements["noise_468_db"] == pytest.approx(-60.0, abs=1.5)


def test_a_skip_makes_fair():
    side = true_side(simulated(5, (20.0,), skips=1), TABLE)
    assert side.grade.label == "F"
    (skip,) = of_kind(side, "skip")
    assert skip.track == 1
    assert any(event.part_of == skip.id for event in side.events)


def test_a_locked_groove_makes_poor():
    side = true_side(simulated(6, (20.0,), locked_grooves=1), TABLE)
    assert side.grade.label == "P"
    (lock,) = of_kind(side, "locked_groove")
    assert lock.duration_s == pytest.approx(lock.turns * CLOCK.period_s, abs=1e-3)


def test_more_clicks_are_worse_and_noise_is_what_was_put_on():
    few, many = (
        true_side(simulated(7, (20.0,), clicks_per_min=rate, noise_db=-40.0), TABLE)
        for rate in (4.0, 60.0)
    )
    assert few.grade.index < many.grade.index
    assert many.measurements["noise_468_db"] == pytest.approx(-40.0, abs=1.5)


def test_events_are_told_as_the_line_tells_them():
    made = simulated(8, (25.0,), scratched_percent=40.0, clicks_per_min=10.0)
    side = true_side(made, TABLE)
    scratches = of_kind(side, "scratch")
    assert scratches
    for scratch in scratches:
        members = [event for event in side.events if event.part_of == scratch.id]
        assert len(members) >= 3
        assert scratch.turns >= 3
        assert scratch.rpm == pytest.approx(CLOCK.rpm)
        assert scratch.time_s == members[0].time_s
    singles = [event for event in of_kind(side, "click") if event.part_of is None]
    assert all(event.audible_db > 0.0 for event in singles)
    assert all(event.time_s >= made.parts[0].end_s for event in side.events)
    places = {one.start / RATE for one in made.truth}
    assert {event.time_s for event in singles} <= places


def test_dense_ticks_are_crackle_and_no_single_clicks():
    side = true_side(simulated(9, (30.0,), crackle_percent=50.0), TABLE)
    episodes = of_kind(side, "crackle")
    assert episodes
    assert 100 * sum(event.duration_s for event in episodes) / side.duration_s > 25.0
    ticks = [event for event in side.events if event.kind in ("click", "pop")]
    assert np.mean([event.part_of is not None for event in ticks]) > 0.8


def test_what_the_music_covers_counts_for_nothing():
    quiet = simulated(10, (20.0,), clicks_per_min=30.0)
    # The same clicks, a thousandth as large.
    shrunk = quiet.clean + (quiet.sound - quiet.clean) * np.float32(1e-3)
    covered = type(quiet)(
        quiet.condition, quiet.clock, shrunk, quiet.clean, quiet.truth, quiet.parts
    )
    heard, unheard = (true_side(one, TABLE) for one in (quiet, covered))
    assert heard.measurements["audible_clicks_per_min"] > 1.0
    assert unheard.measurements["audible_clicks_per_min"] == 0.0
    assert unheard.counts.get("click", 0) == 0
