import pytest
from hypothesis import given
from hypothesis import strategies as st

from runout.grading.grade import LABELS
from runout.grading.table import Rule, grade, load_table

TABLE = load_table()
CLEAN = {
    "clicks_per_min": 0.0,
    "pops_per_min": 0.0,
    "loud_clicks_per_min": 0.0,
    "crackle_percent": 0.0,
    "clipped_percent": 0.0,
    "channel_balance_db": 0.0,
    "capture_glitches_per_min": 0.0,
}


def graded(heard_s=600.0, sample_rate=48_000, **changed):
    return grade({**CLEAN, **changed}, heard_s, sample_rate, TABLE)


def test_a_clean_side_is_near_mint_and_never_better():
    clean = graded()
    assert (clean.label, clean.index) == ("NM", 0.0)
    assert clean.limited_by == "nothing: no defect that one would notice"
    assert {row.grade for row in clean.evidence} == {"NM"}


@pytest.mark.parametrize(
    ("per_min", "label"),
    [(0.5, "NM"), (0.6, "VG+"), (3.0, "VG+"), (3.1, "VG"), (20.0, "VG"), (21, "G+"), (500, "G")],
)
def test_limits_are_the_table_s(per_min, label):
    assert graded(clicks_per_min=per_min).label == label


def test_the_worst_measure_limits_and_is_named():
    side = graded(clicks_per_min=2.0, crackle_percent=50.0, surface_noise_db=-60.0)
    assert side.label == "G"
    assert side.limited_by == "crackle for 50 % of the time"
    rows = {row.measure: row.grade for row in side.evidence}
    assert rows["clicks_per_min"] == "VG+"
    assert rows["crackle_percent"] == "G"
    assert rows["surface_noise_db"] == "NM"


def test_what_was_not_measured_is_no_evidence():
    assert "surface_noise_db" not in {row.measure for row in graded().evidence}


@pytest.mark.parametrize(
    ("changed", "heard_s", "words"),
    [
        ({}, 0.0, "no music was heard"),
        ({}, 3.0, "only 3.0 s"),
        ({"clipped_percent": 5.0}, 600.0, "clipped"),
        ({"capture_glitches_per_min": 30.0}, 600.0, "loses sound 30 times a minute"),
        ({"channel_balance_db": 60.0}, 600.0, "the right channel is all but silent"),
        ({"channel_balance_db": -60.0}, 600.0, "the left channel is all but silent"),
        ({"sample_rate": 22_050}, 600.0, "sampled at 22050 Hz"),
    ],
)
def test_a_grade_is_withheld_with_its_reason(changed, heard_s, words):
    side = graded(heard_s, **changed)
    assert side.label is None
    assert side.index is None
    assert side.probabilities == {}
    assert words in side.limited_by


def test_without_music_clipping_is_not_asked():
    assert grade({}, 0.0, 48_000, TABLE).limited_by == "no music was heard"


@given(st.floats(0, 1000), st.floats(0, 100), st.floats(5, 3000))
def test_probabilities_are_a_distribution_and_index_rounds_to_the_label(clicks, crackle, heard_s):
    side = graded(heard_s, clicks_per_min=clicks, crackle_percent=crackle)
    assert sum(side.probabilities.values()) == pytest.approx(1.0)
    assert all(0.0 <= share <= 1.0 for share in side.probabilities.values())
    assert abs(side.index - LABELS.index(side.label)) <= 0.5


@given(st.floats(0, 1000), st.floats(0, 1000))
def test_more_clicks_never_grade_better(one, other):
    fewer, more = sorted((one, other))
    assert graded(clicks_per_min=fewer).index <= graded(clicks_per_min=more).index + 1e-9


def test_without_a_skip_neither_fair_nor_poor_is_likely():
    worn = graded(10.0, crackle_percent=100.0)
    assert (worn.label, worn.index) == ("G", 4.0)
    assert worn.probabilities["F"] == worn.probabilities["P"] == 0.0


@pytest.mark.parametrize(
    ("changed", "label"),
    [({"skips": 1.0}, "F"), ({"skips": 2.0}, "F"), ({"skips": 3.0}, "P"),
     ({"locked_grooves": 1.0}, "P")],
)  # fmt: skip
def test_skips_and_locked_grooves_cap_the_grade(changed, label):
    assert graded(1200.0, **changed).label == label


@pytest.mark.parametrize(("percent", "label"), [(0.0, "NM"), (1.0, "VG+"), (10.0, "VG"), (60, "G")])
def test_scratches_limit_the_grade(percent, label):
    assert graded(1200.0, scratched_percent=percent).label == label


def test_hearing_more_makes_surer():
    assert (
        graded(1200.0, clicks_per_min=10.0).probabilities["VG"]
        > graded(10.0, clicks_per_min=10.0).probabilities["VG"]
    )


def test_a_rule_with_negative_limits():
    rule = Rule("noise", "dB", (-50.0, -40.0, -30.0), "", "")
    assert rule.index(-90.0) == 0.0
    assert rule.index(-50.0) == 0.499
    assert 0.5 < rule.index(-49.9) < 0.52
    assert round(rule.index(-31.0)) == 2
    assert round(rule.index(-10.0)) == 3


def test_every_rule_has_rising_limits_and_says_where_they_come_from():
    assert TABLE.scale == "goldmine"
    for rule in TABLE.rules:
        assert list(rule.limits) == sorted(set(rule.limits))
        assert rule.source
        assert "{value" in rule.words
