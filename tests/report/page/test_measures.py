import tomllib
from importlib import resources

import pytest

from runout.report.page.measures import OTHER, groups, unit_of, value_words


def test_what_is_known_comes_by_group_and_what_is_not_last():
    found = groups({"brand_new_percent": 3.25, "noise_468_db": -48.25, "clicks_per_min": 8.4})
    assert [name for name, _ in found] == ["Surface", "Noise, rumble and hum", OTHER]
    (new,) = found[-1][1]
    assert (new.name, new.value, new.unit, new.plain) == ("Brand new", "3.25", "%", "")


def test_a_channels_share_stands_with_the_whole():
    ((group, (row,)),) = groups({"true_peak_left_dbtp": -1.0})
    assert (group, row.name) == ("Level and sound", "True peak, left")


def test_what_is_no_number_is_left_out():
    assert groups({"noise_468_db": float("nan"), "peak_dbfs": float("-inf")}) == ()


@pytest.mark.parametrize(
    ("name", "value", "words", "unit"),
    [
        ("noise_468_db", -48.25, "-48.2", "dB"),
        ("bandwidth_hz", 15_812.7, "15,813", "Hz"),
        ("skips", 2.0, "2", ""),
        ("crackle_percent", 43.734, "43.7", "%"),
        ("crackle_percent", 0.0, "0", "%"),
        ("channel_balance_db", -0.01, "0.0", "dB"),
        ("channel_correlation", -0.036, "-0.04", ""),
        ("noise_468_left_dbfs", -70.0, "-70.0", "dBFS"),
    ],
)
def test_values(name, value, words, unit):
    assert (value_words(name, value), unit_of(name)) == (words, unit)


def test_every_measure_that_grades_stand_on_has_a_name():
    for table in ("goldmine", "discogs"):
        text = resources.files("runout.grading").joinpath(f"{table}.toml").read_text("utf-8")
        for rule in tomllib.loads(text)["rule"]:
            ((group, _),) = groups({rule["measure"]: 1.0})
            assert group != OTHER, rule["measure"]
