import re
from pathlib import Path

import pytest

from runout.errors import RunoutError
from runout.grading.reading import SHIPPED, known_measures, load_table
from runout.side.tally import Tally

GRADING = Path(__file__).parents[2] / "daemon" / "runout" / "grading"
DOCS = Path(__file__).parents[2] / "docs" / "grading.md"
GOLDMINE = (GRADING / "goldmine.toml").read_text(encoding="utf-8")


def refusal(folder, text):
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunoutError) as caught:
        load_table(path)
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def changed(old, new):
    assert old in GOLDMINE
    return GOLDMINE.replace(old, new, 1)


def test_the_tables_that_are_shipped_can_be_read_and_are_named():
    assert sorted(path.stem for path in GRADING.glob("*.toml")) == sorted([*SHIPPED, "measures"])
    for name in SHIPPED:
        assert load_table(name).scale == name


def test_a_shops_own_is_read_from_its_path(tmp_path):
    path = tmp_path / "shop.toml"
    path.write_text(changed('scale = "goldmine"', 'scale = "corner shop"'), encoding="utf-8")
    assert load_table(path).scale == "corner shop"
    assert load_table(str(path)).rules == load_table().rules


def test_a_table_may_withhold_for_a_reason_of_its_own(tmp_path):
    own = '\n[[withheld]]\nmeasure = "hum_dbfs"\nmost = -40.0\nwords = "hum at {value:.0f} dBFS"\n'
    path = tmp_path / "shop.toml"
    path.write_text(GOLDMINE + own, encoding="utf-8")
    (withholding,) = load_table(path).withheld
    assert (withholding.measure, withholding.most) == ("hum_dbfs", -40.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]\n", "not TOML: "),
        ("", "least is missing"),
        ("least = 5\n", "least = 5: allowed is a table, [least]"),
        (changed("heard_s = 5.0", "heard_s = -1"), "least: heard_s = -1: allowed is a number fr"),
        (changed("heard_s = 5.0", "heart_s = 5.0"), "least: heard_s is missing"),
        (changed("heard_s = 5.0", "heard_s = 5.0\nx = 1"),
         "least: x: no such key; allowed are heard_s, sample_rate_hz"),
        (changed('P = "Poor (P)"', ""), "names: P is missing"),
        (changed('scale = "goldmine"', "scale = 3"),
         "scale = 3: allowed is text in quotes, on one line"),
        (changed('measure = "audible_pops_per_min"', 'measure = "audible_pop_per_min"'),
         "rule 2 (audible_pop_per_min): measure = 'audible_pop_per_min': allowed is a measurement "
         "of docs/grading.md such as 'audible_pops_per_min'"),
        (changed('unit = "1/min"', 'unit = "1/h"'),
         "rule 1 (audible_clicks_per_min): unit = '1/h': allowed is one of 1/min"),
        (changed('kind = "rate"', 'kind = "rates"'),
         "rule 1 (audible_clicks_per_min): kind = 'rates': allowed is one of rate, level"),
        (changed('kind = "level"\nunit = "dB"\nlimits', 'kind = "rate"\nunit = "dB"\nlimits'),
         "rule 11 (noise_468_db): kind = 'rate': allowed is one of level"),
        (changed('kind = "count"', 'kind = "worst"'),
         "rule 6 (skips): kind = 'worst': allowed is one of count"),
        (changed("limits = { NM = 0.3,", "limits = { NM = -0.3,"),
         "rule 1 (audible_clicks_per_min): limits = -0.3: allowed is 0 and more"),
        (changed("limits = { F = 0.5 }", f"limits = {{ F = 1{'0' * 400} }}"),
         "rule 7 (locked_grooves): limits = a table: allowed is a table of numbers"),
        ("a = " + 5000 * "[" + 5000 * "]", "not a grade table: nested too deeply"),
        (changed('measure = "skips"', 'name = "a\\nb"\nmeasure = "skips"'),
         "rule 6 ('a\\nb'): name = 'a\\nb': allowed is text in quotes, on one line"),
        (changed("[[rule]]", '[[rule]]\n"a\\nb" = 1'),
         "rule 1 (audible_clicks_per_min): 'a\\nb': no such key"),
        (changed('measure = "audible_clicks_per_min"', ""), "rule 1: measure is missing"),
        (changed("{value:.1f} loud ones", "{value:99999999999} loud"),
         "rule 1 (audible_clicks_per_min): words = "),
        (changed("VG = 12.0,", "VG = 2.0,"),
         "rule 1 (audible_clicks_per_min): limits.VG = 2: allowed is more than VG+'s 2"),
        (changed('"VG+" = 2.0, VG = 12.0,', "VG = 12.0,"),
         "rule 1 (audible_clicks_per_min): limits.VG+ is missing between two others"),
        (changed("VG = 12.0,", "EX = 12.0,"),
         "rule 1 (audible_clicks_per_min): limits.EX: no such key; allowed are NM, VG+, VG, G+, "
         "G, F"),
        (changed("limits = { F = 0.5 }", "limits = { P = 0.5 }"),
         "rule 7 (locked_grooves): limits.P: no such key"),
        (changed("limits = { F = 0.5 }", "limits = { F = 0 }"),
         "rule 7 (locked_grooves): limits = a table: allowed is two labels or more"),
        (changed("limits = { F = 0.5 }", "limits = { F = true }"),
         "rule 7 (locked_grooves): limits = a table: allowed is a table of numbers"),
        (changed("limits = { F = 0.5 }", "limits = { F = nan }"),
         "rule 7 (locked_grooves): limits = a table: allowed is a table of numbers"),
        (changed("limits = { F = 0.5 }", "limits = {}"), "rule 7 (locked_grooves): limits = a ta"),
        (changed("limits = { F = 0.5 }", ""), "rule 7 (locked_grooves): limits is missing"),
        (changed("{value:.1f} loud ones", "{0} loud ones"),
         "rule 1 (audible_clicks_per_min): words = 'clicks, {0} loud ones a minute': allowed is "
         "text with no field but {value}"),
        (changed("{value:.1f} loud ones", "{value:q} loud"), "rule 1 (audible_clicks_per_min)"),
        (changed("{value:.1f} loud ones", "{value.real} loud"), "rule 1 (audible_clicks_per_min)"),
        (changed('place = "clicks"', 'place = "here"'),
         "rule 1 (audible_clicks_per_min): place = 'here': allowed is one of clicks, pops"),
        (changed("stretch_s = 20.0\n", ""),
         "rule 4 (audible_scratched_percent): stretch_s goes with kind = 'share'"),
        (changed('unless = "hum_needle_up_dbfs"\n', ""),
         "rule 13 (hum_db): unless_within goes with unless"),
        (changed("spread = 0.15", "spraed = 0.15"),
         "rule 1 (audible_clicks_per_min): spraed: no such key; allowed are measure, "),
        (GOLDMINE.split("[[rule]]")[0], "rule is missing"),
        ("rule = []\n" + GOLDMINE.split("[[rule]]")[0],
         "rule: allowed is one [[rule]] or more"),
        ("rule = 1\n" + GOLDMINE.split("[[rule]]")[0], "rule = 1: allowed is tables, each [[rule]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(tmp_path, text, message):
    assert refusal(tmp_path, text).startswith(message)


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(RunoutError, match=r"^no grade table 'goldmin': allowed are discogs, gold"):
        load_table("goldmin")
    with pytest.raises(RunoutError, match=r"^no grade table 'a\\x00/b.toml': allowed are"):
        load_table("a\0/b.toml")
    with pytest.raises(RunoutError, match=r"no\.toml: can't be read: No such file"):
        load_table(tmp_path / "no.toml")
    with pytest.raises(RunoutError, match="can't be read: Is a directory"):
        load_table(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RunoutError, match="not a text file in UTF-8"):
        load_table(str(tmp_path / "latin.toml"))


def test_a_mark_before_the_text_is_no_part_of_it(tmp_path):
    path = tmp_path / "shop.toml"
    path.write_text(GOLDMINE, encoding="utf-8-sig")
    assert load_table(path) == load_table()


def test_the_documented_measurements_are_those_that_a_table_may_ask_for():
    table = DOCS.read_text(encoding="utf-8").split("## All that is measured")[1]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert documented == set(known_measures())


def test_what_is_measured_is_known():
    tally = Tally()
    tally.sound((-20.0, -20.0), 1.0, True)
    assert set(tally.measurements()) <= set(known_measures())
