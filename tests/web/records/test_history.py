import math
from typing import Any

import pytest

from runout.web.records.history import compared, differences, history
from runout.web.records.label import Label
from runout.web.records.records import Play
from runout.web.records.side import GradeTold, Source, Summary


def play(
    number: int,
    heard_s: float = 1200.0,
    label: str | None = "VG",
    source: Source = "ear",
    **measures: Any,
) -> Play:
    grade = GradeTold(label, None if label is None else 2.0, "", "", None)
    summary = Summary(
        f"s{number}", "r", f"2025-03-{number:02}T20:00:00.000Z", source, None, heard_s, 33.33,
        grade, {}, Label(), False,
    )  # fmt: skip
    return Play(summary, heard_s, measures)


def test_the_spread_is_that_of_the_grades_table() -> None:
    # 20 minutes, 3 clicks a minute by loudness: sqrt(3 * 20 + 1) / 20 by Poisson, 15 % of its own.
    (one,) = differences(play(1, audible_clicks_per_min=3.0), play(2, audible_clicks_per_min=3.0))
    deviation = math.hypot(0.15 * 3.0, math.sqrt(61.0) / 20.0)
    assert one.spread == pytest.approx(2.6 * math.sqrt(2.0) * deviation)
    # A level: 1 dB, however long it was heard.
    (one,) = differences(play(1, noise_468_db=-40.0), play(2, 60.0, noise_468_db=-40.0))
    assert one.spread == pytest.approx(2.6 * math.sqrt(2.0))
    # A share in stretches of 10 s: 1 % of 1200 s are 1.2 of them.
    first, last = play(1, audible_crackle_percent=1.0), play(2, audible_crackle_percent=1.0)
    (one,) = differences(first, last)
    deviation = math.hypot(0.25, math.sqrt(1.0 * 100.0 * 10.0 / 1200.0))
    assert one.spread == pytest.approx(2.6 * math.sqrt(2.0) * deviation)


def test_what_is_measured_once_is_not_compared() -> None:
    assert differences(play(1, noise_468_db=-40.0), play(2)) == ()


def test_what_two_plays_of_one_side_may_differ_by_is_no_change() -> None:
    told = history([play(1, noise_468_db=-40.0), play(2, noise_468_db=-37.0)])
    assert told.compare == ("s1", "s2")
    assert [one.changed for one in told.differences] == ["same"]
    assert told.change == (
        "As at the first play (2025-03-01, VG): nothing differs by more than two plays of the same "
        "side may, noise from the music, dB -40 then, -37 now (may differ by 3.7)."
    )


def test_a_cleaning_that_helped_is_told_with_figures() -> None:
    told = history([play(1, audible_clicks_per_min=12.0), play(2, audible_clicks_per_min=1.0)])
    assert [one.changed for one in told.differences] == ["less"]
    assert told.change.startswith(
        "Better than at the first play (2025-03-01, VG): "
        "clicks a minute, by loudness, 12 then, 1 now"
    )


def test_wear_is_told_from_the_first_play_and_from_the_one_before() -> None:
    told = history(
        [
            play(1, noise_468_db=-46.0, skips=0.0),
            play(2, noise_468_db=-41.0, skips=0.0),
            play(3, noise_468_db=-40.0, skips=1.0),
        ]
    )
    first, before = told.change.split(" Worse than at the play before ")
    assert first.startswith("Worse than at the first play (2025-03-01, VG): ")
    assert "noise from the music, dB -46 then, -40 now" in first
    assert "skips 0 then, 1 now" in first
    assert "noise" not in before
    assert "skips 0 then, 1 now" in before


def test_better_and_worse_are_both_told() -> None:
    told = history(
        [
            play(1, noise_468_db=-50.0, audible_clicks_per_min=20.0),
            play(2, noise_468_db=-40.0, audible_clicks_per_min=0.0),
        ]
    )
    assert told.change.startswith("Some is worse and some better")


def test_one_play_tells_no_change() -> None:
    told = history([play(1, noise_468_db=-50.0)])
    assert told.compare is None
    assert told.change == "One play so far: the next one tells whether anything changes."


def test_plays_that_were_not_graded_or_heard_otherwise_are_left_out() -> None:
    told = history(
        [
            play(1, noise_468_db=-50.0, source="microphone"),
            play(2, noise_468_db=-40.0),
            play(3, noise_468_db=-20.0, label=None),
            play(4, noise_468_db=-40.0),
        ]
    )
    assert told.compare == ("s2", "s4")
    assert told.change.endswith(
        "2 plays aren't compared: not graded, or heard otherwise than the last one."
    )
    assert history([play(1, label=None), play(2, label=None)]).compare is None


def test_a_play_tells_all_measures_that_are_compared() -> None:
    told = compared(play(1, noise_468_db=-40.0))
    assert told["noise_468_db"] == -40.0
    assert told["skips"] is None
