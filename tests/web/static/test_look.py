"""The page has the report's colours."""

import re
from pathlib import Path

import pytest

from runout.report.page.colours import GRADES, KINDS, WITHHELD

LOOK = Path("daemon/runout/web/static/css/look.css")


def colours() -> dict[str, str]:
    """By name, those of look.css that are the same in light and dark."""
    text = (Path(__file__).parents[3] / LOOK).read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text))


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(kind: str) -> None:
    assert colours()[kind] == dict(KINDS)[kind]  # type: ignore[index]


@pytest.mark.parametrize("label", GRADES)
def test_grades(label: str) -> None:
    assert colours()[f"grade-{label.replace('+', 'p')}"] == dict(GRADES)[label]  # type: ignore[index]


def test_a_grade_that_is_withheld() -> None:
    assert colours()["grade-none"] == WITHHELD
