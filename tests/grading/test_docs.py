"""The table that docs/grading.md shows is one."""

from pathlib import Path

from runout.grading.table import grade, load_table

DOCS = Path(__file__).parents[2] / "docs" / "grading.md"


def test_the_table_in_the_docs_grades(tmp_path):
    path = tmp_path / "shop.toml"
    path.write_text(DOCS.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0])
    heard = {
        "clicks_per_min": 6.0, "clipped_percent": 0.0, "channel_balance_db": 0.0,
        "capture_glitches_per_min": 0.0,
    }  # fmt: skip
    side = grade(heard, 600.0, 48_000, load_table(path))
    assert (side.scale, side.label, side.name) == ("corner shop", "VG", "Very good")
    assert side.reason == "VG: 6 clicks a minute"
    fast = grade({**heard, "speed_error_percent": 2.5}, 600.0, 48_000, load_table(path))
    assert fast.limited_by == "the turntable runs 2.5 % fast"
    # A table that asks for what was not measured gives no grade.
    del heard["clicks_per_min"]
    nothing = grade(heard, 600.0, 48_000, load_table(path))
    assert nothing.limited_by == "nothing was measured that the table 'corner shop' asks for"
