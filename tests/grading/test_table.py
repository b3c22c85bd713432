import pytest
from hypothesis import given
from hypothesis import strategies as st

from runout.grading.grade import LABELS, label_of
from runout.grading.table import grade, load_table

TABLE = load_table()
CLEAN = {
    "audible_clicks_per_min": 0.0,
    "audible_pops_per_min": 0.0,
    "audible_crackle_percent": 0.0,
    "audible_scratched_percent": 0.0,
    "clipped_percent": 0.0,
    "channel_balance_db": 0.0,
    "capture_glitches_per_min": 0.0,
}


def graded(heard_s=600.0, sample_rate=48_000, table=TABLE, **changed):
    return grade({**CLEAN, **changed}, heard_s, sample_rate, table)


def test_a_clean_side_is_near_mint_and_never_better():
    clean = graded()
    assert (clean.label, clean.index, clean.name) == ("NM", 0.0, "Near Mint (NM)")
    assert clean.limited_by == "nothing: no defect that one would notice"
    assert clean.reason == "NM: no defect that one would notice"
    assert {row.grade for row in clean.evidence} == {"NM"}


@pytest.mark.parametrize(
    ("per_min", "label"),
    [(0.3, "NM"), (0.31, "VG+"), (2.0, "VG+"), (2.1, "VG"), (12.0, "VG"), (13, "G+"), (500, "G")],
)
def test_limits_are_the_table_s(per_min, label):
    assert graded(audible_clicks_per_min=per_min).label == label


def test_the_worst_measure_limits_and_is_named():
    side = graded(audible_clicks_per_min=1.0, audible_crackle_percent=50.0, surface_noise_db=-60.0)
    assert side.label == "G"
    assert side.limited_by == "crackle for 50.0 % of the time"
    assert side.reason == "G: crackle for 50.0 % of the time"
    rows = {row.measure: row.grade for row in side.evidence}
    assert rows["audible_clicks_per_min"] == "VG+"
    assert rows["audible_crackle_percent"] == "G"
    assert rows["surface_noise_db"] == "NM"


def test_what_limits_as_much_is_named_after_it():
    side = graded(
        audible_clicks_per_min=4.0, audible_pops_per_min=5.0, distorted_percent=9.0,
        dropouts_per_min=1.0, audible_crackle_percent=0.5,
    )  # fmt: skip
    assert side.reason == (
        "VG: pops, 5.0 loud ones a minute; 1.0 dropouts a minute; clicks, 4.0 loud ones a minute"
    )
    assert side.limited_by == "pops, 5.0 loud ones a minute"


def test_what_was_not_measured_is_no_evidence():
    assert "surface_noise_db" not in {row.measure for row in graded().evidence}


def test_only_one_of_the_two_noises_counts():
    both = graded(noise_468_db=-60.0, surface_noise_db=-20.0)
    assert both.label == "NM"
    assert "surface_noise_db" not in {row.measure for row in both.evidence}
    assert graded(surface_noise_db=-20.0).label == "G"


HUM = {"hum_dbfs": -50.0, "programme_dbfs": -15.0, "noise_468_needle_up_dbfs": -80.0}


def test_hum_counts_against_the_music_when_it_comes_with_the_needle():
    assert graded(**HUM).limited_by == "hum that comes with the needle, -35 dB from the music"
    assert graded(**HUM).label == "VG"
    (row,) = (row for row in graded(**HUM).evidence if row.measure == "hum_db")
    assert (row.value, row.unit) == (-35.0, "dB")
    assert graded(**{**HUM, "hum_needle_up_dbfs": -57.0}).label == "VG"


def test_hum_that_stays_with_the_needle_up_is_wiring():
    assert graded(**{**HUM, "hum_needle_up_dbfs": -55.0}).label == "NM"


def test_hum_of_an_unknown_place_may_be_wiring():
    heard = {name: value for name, value in HUM.items() if name != "noise_468_needle_up_dbfs"}
    assert graded(**heard).label == "NM"


def test_a_players_rumble_and_wow_are_not_the_records():
    assert graded(rumble_a_db=-10.0, wow_estimate_percent=2.0).label == "NM"


def test_one_terrible_minute_is_not_very_good_plus():
    assert graded(audible_clicks_per_min=1.5, worst_minute_loudness=5.0).label == "VG+"
    assert graded(audible_clicks_per_min=1.5, worst_minute_loudness=20.0).label == "VG"


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
    assert (side.label, side.index, side.confidence, side.name) == (None, None, None, None)
    assert side.probabilities == {}
    assert words in side.limited_by
    assert side.reason == f"not graded: {side.limited_by}"


def test_without_music_clipping_is_not_asked():
    assert grade({}, 0.0, 48_000, TABLE).limited_by == "no music was heard"


measured = st.fixed_dictionaries(
    {
        "audible_clicks_per_min": st.floats(0, 1000),
        "audible_crackle_percent": st.floats(0, 100),
        "noise_468_db": st.floats(-120, 20),
        "skips": st.integers(0, 9).map(float),
    }
)


@given(measured, st.floats(5, 3000))
def test_probabilities_are_a_distribution_and_index_rounds_to_the_label(changed, heard_s):
    side = graded(heard_s, **changed)
    assert sum(side.probabilities.values()) == pytest.approx(1.0)
    assert all(0.0 <= share <= 1.0 for share in side.probabilities.values())
    assert 0.0 <= side.index <= 6.0
    assert side.label == label_of(side.index)
    assert side.confidence == side.probabilities[side.label]
    assert side.index == max(row.index for row in side.evidence)
    assert side.reason.startswith(f"{side.label}: ")


@given(measured, st.sampled_from(sorted(CLEAN)[:4]), st.floats(0, 100))
def test_nothing_worse_grades_better(changed, name, more):
    worse = {**changed, name: changed.get(name, 0.0) + more}
    assert graded(**changed).index <= graded(**worse).index


def test_without_a_skip_neither_fair_nor_poor_is_likely():
    worn = graded(10.0, audible_crackle_percent=100.0)
    assert (worn.label, worn.index) == ("G", 4.0)
    assert worn.probabilities["F"] == worn.probabilities["P"] == 0.0


@pytest.mark.parametrize(
    ("changed", "label"),
    [({"skips": 1.0}, "F"), ({"skips": 2.0}, "F"), ({"skips": 3.0}, "P"),
     ({"locked_grooves": 1.0}, "P")],
)  # fmt: skip
def test_skips_and_locked_grooves_cap_the_grade(changed, label):
    side = graded(1200.0, **changed)
    assert side.label == label
    assert side.confidence == 1.0


@pytest.mark.parametrize(("percent", "label"), [(0.0, "NM"), (1.0, "VG+"), (10.0, "VG"), (60, "G")])
def test_scratches_limit_the_grade(percent, label):
    assert graded(1200.0, audible_scratched_percent=percent).label == label


def test_hearing_more_makes_surer():
    shares = [graded(s, audible_clicks_per_min=7.0).confidence for s in (10.0, 120.0, 1200.0)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.9


def test_discogs_words_make_other_limits():
    discogs = load_table("discogs")
    assert graded(table=discogs, distorted_percent=6.0).label == "VG"
    assert graded(distorted_percent=6.0).label == "VG+"
    assert graded(table=discogs).name == "Near Mint (NM or M-)"
    assert graded(table=discogs, off_centre_percent=2.0).label == "NM"
    assert graded(off_centre_percent=2.0).label == "VG"
    assert graded(table=discogs).scale == "discogs"


def test_every_rule_of_the_tables_says_where_it_comes_from():
    for table in (TABLE, load_table("discogs")):
        for rule in table.rules:
            assert len(rule.source) > 10
            assert list(table.names) == list(LABELS)
