import math
from dataclasses import replace

import numpy as np
import pytest

from runout.grading.table import grade, load_table
from runout_training.evaluation.side_grades import (
    Graded,
    as_markdown,
    graded,
    kappa,
    reason_of,
    side_grades,
)
from runout_training.evaluation.side_outcome import Answer, Outcome

MEASURED = {
    "audible_clicks_per_min": 0.0,
    "audible_pops_per_min": 0.0,
    "noise_468_db": -60.0,
    "channel_balance_db": 0.0,
    "clipped_percent": 0.0,
    "capture_glitches_per_min": 0.0,
}


def side(true, heard, album="a", true_reason="clicks", heard_reason="clicks", first=None):
    return Graded(album, "clicks", true, heard, true_reason, heard_reason, first, first is not None)


def test_kappa_of_a_matrix_by_hand():
    # Three grades, 10 of them, confusion [[3, 1, 0], [1, 2, 0], [1, 0, 2]]: observed 6 of squared
    # error; by chance the sums over the margins (4, 3, 3) and (5, 3, 2) give 134 in 100 pairs.
    true = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    heard = np.array([0, 0, 0, 1, 0, 1, 1, 0, 2, 2])
    assert kappa(true, heard) == pytest.approx(1.0 - (6 / 10) / (134 / 100))
    assert kappa(true, true) == 1.0
    assert math.isnan(kappa(np.array([2, 2]), np.array([2, 2])))


def test_shares_of_a_few_sides_by_hand():
    row = side_grades(
        [
            side("NM", "NM", first="VG"),
            side("VG", "VG+", heard_reason="noise", first="VG+"),
            side("VG", "G+", album="b", true_reason="noise"),
            side("F", None, album="b", true_reason="jumps", heard_reason="withheld"),
        ]
    )
    assert (row.sides, row.albums, row.withheld, row.first_sides) == (4, 2, 1, 2)
    assert row.exact.value == 0.25
    assert row.within_one.value == 0.75
    assert row.reason.value == 0.25
    assert row.first_within_one.value == 0.5
    assert row.by_cause["clicks"] == (2, 0.5, 1.0, 0.5)
    assert row.confusion[("F", "withheld")] == 1
    assert row.exact.low <= 0.25 <= row.exact.high


def test_intervals_are_told_over_albums():
    alike = [side("VG", "VG" if n < 30 else "G", album=f"{n // 10}") for n in range(60)]
    apart = [replace(one, album=str(n)) for n, one in enumerate(alike)]
    wide, narrow = (side_grades(sides).exact for sides in (alike, apart))
    assert wide.value == narrow.value == 0.5
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "nothing"),
        ({"audible_clicks_per_min": 30.0}, "clicks"),
        ({"audible_pops_per_min": 30.0}, "clicks"),
        ({"audible_scratched_percent": 30.0}, "scratches"),
        ({"noise_468_db": -20.0}, "noise"),
        ({"skips": 1.0}, "jumps"),
        ({"distorted_percent": 50.0}, "distortion"),
    ],
)
def test_what_limits_is_named_by_its_group(more, reason):
    assert reason_of(grade(MEASURED | more, 600.0, 44_100, load_table())) == reason


def test_outcomes_are_graded_by_any_table():
    worn = MEASURED | {"skips": 1.0}
    outcome = Outcome(0, "a", "jumps", 0.9, Answer(300.0, worn), Answer(300.0, MEASURED), None)
    one = graded(outcome, load_table())
    assert (one.true, one.heard, one.first) == ("F", "NM", None)
    assert (one.true_reason, one.heard_reason) == ("jumps", "nothing")
    assert not one.has_first
    assert graded(replace(outcome, heard=None), load_table()).heard is None


def test_the_page_names_every_grade():
    text = as_markdown(side_grades([side("NM", "NM", first="NM"), side("P", None)]))
    assert "| the same grade | 0.500" in text
    assert "| P | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 |" in text
