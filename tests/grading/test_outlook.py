import pytest

from grading.test_table import CLEAN
from runout.grading.grade import LABELS
from runout.grading.outlook import Outlook, outlook
from runout.grading.table import load_table

TABLE = load_table()


def told(heard_s, side_s=1200.0, **changed):
    return outlook({**CLEAN, **changed}, heard_s, TABLE, side_s, sample_rate=48_000)


def test_before_a_minute_nothing_is_foretold():
    early = told(59.0)
    assert (early.label, early.index, early.confidence, early.may_become) == (None, None, None, ())
    assert early.limited_by == "59 s of music were heard; a provisional grade needs 60 s"


def test_what_withholds_a_grade_withholds_its_outlook():
    assert told(120.0, clipped_percent=5.0).label is None
    assert "clipped" in told(120.0, clipped_percent=5.0).limited_by


def test_a_clean_minute_leaves_very_good_plus_possible_and_no_wreck():
    clean = told(60.0)
    assert clean.label == "NM"
    assert {"NM", "VG+"} <= set(clean.may_become)
    assert not {"G", "F", "P"} & set(clean.may_become)


def test_a_skip_never_gets_better_than_fair():
    skipped = told(60.0, skips=1.0)
    assert skipped.label == "F"
    assert set(skipped.may_become) <= {"F", "P"}
    assert told(60.0, skips=3.0).may_become == ("P",)
    assert told(60.0, locked_grooves=1.0) == Outlook("P", 6.0, 1.0, ("P",), "locked grooves: 1")


def test_at_the_sides_end_it_is_the_grade():
    over = told(1200.0, audible_scratched_percent=7.0)
    assert over.may_become == (over.label,) == ("VG",)
    assert over.confidence > 0.95
    assert told(2000.0).may_become == ("NM",)


def test_scratched_seconds_can_be_made_up_for():
    early = told(100.0, audible_scratched_percent=20.0)
    assert early.label == "G+"
    assert {"VG", "G+"} <= set(early.may_become)
    # They remain scratched, so that the whole side is at least 20 / 1200 = 1.7 % so: VG.
    assert "NM" not in early.may_become


def test_a_rate_is_drawn_from_the_posterior():
    # 150 in 300 s, 30 a minute of at most 40: 5 minutes to come can't make 40 of it.
    steady = told(300.0, 600.0, audible_clicks_per_min=30.0)
    assert steady.may_become == ("G+",)
    # 10 in 300 s, 2 a minute, is the limit; 5 more minutes are as likely to be over as under it.
    near = told(300.0, 600.0, audible_clicks_per_min=2.0)
    assert near.may_become == ("VG+", "VG")
    assert 0.3 < near.confidence < 0.7


@pytest.mark.parametrize("clicks", [0.0, 1.0, 5.0, 50.0])
def test_the_longer_it_was_heard_the_less_may_change(clicks):
    spans = []
    for heard_s in (60.0, 300.0, 1200.0):
        labels = [
            LABELS.index(one) for one in told(heard_s, audible_clicks_per_min=clicks).may_become
        ]
        spans.append(max(labels) - min(labels))
        assert labels == sorted(labels)
    assert spans[0] >= spans[1] >= spans[2]


def test_the_same_is_told_twice():
    assert told(90.0, audible_clicks_per_min=3.3) == told(90.0, audible_clicks_per_min=3.3)
