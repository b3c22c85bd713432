"""What automations start on."""

from dataclasses import replace
from typing import Literal

import pytest

from report.examples import IDLE, PLAYING, SIDE, click
from runout.defects.event import Kind
from runout.report.home_assistant.triggers import IN_WORDS, SKIPPING_S, TRIGGERS, Triggers
from runout.side.side import DefectHeard, SideStarted
from runout.side.tracks import PartName


def defect(kind: Kind, phase: Literal["single", "begin", "end"]) -> DefectHeard:
    return DefectHeard("s1", phase, replace(click(1).event, kind=kind))


@pytest.mark.parametrize(
    ("kind", "phase", "word"),
    [
        ("click", "single", None),
        ("crackle", "begin", None),
        ("scratch", "begin", "scratch"),
        ("scratch", "end", None),
        ("skip", "single", "skip"),
        ("locked_groove", "begin", "locked_groove"),
        ("locked_groove", "end", None),
    ],
)
def test_a_defect_starts_an_automation_once(
    kind: Kind, phase: Literal["single", "begin", "end"], word: str | None
) -> None:
    assert Triggers().heard(defect(kind, phase), 0.0) == word


def test_a_side_does_at_its_beginning_and_end() -> None:
    assert Triggers().heard(SideStarted("s1", 0.0), 0.0) == "needle_down"
    assert Triggers().heard(SIDE, 0.0) == "side_finished"


def test_the_run_out_does_once() -> None:
    triggers = Triggers()
    parts: list[PartName] = ["track", "run_out", "run_out", "locked_run_out", "track", "run_out"]
    words = [triggers.state(replace(PLAYING, part=part)) for part in parts]
    assert words == [None, "run_out", None, None, None, "run_out"]
    assert triggers.state(IDLE) is None


def test_a_skip_is_a_problem_for_a_while() -> None:
    triggers = Triggers()
    assert not triggers.skipping(0.0)
    triggers.heard(defect("skip", "single"), 5.0)
    assert triggers.skipping(5.0)
    assert triggers.skipping(5.0 + SKIPPING_S - 0.1)
    assert not triggers.skipping(5.0 + SKIPPING_S)


def test_a_locked_groove_is_one_until_it_ends() -> None:
    triggers = Triggers()
    triggers.heard(defect("locked_groove", "begin"), 5.0)
    assert triggers.skipping(1000.0)
    triggers.heard(defect("locked_groove", "end"), 1000.0)
    assert not triggers.skipping(1000.0)


def test_with_the_side_the_problem_is_over() -> None:
    triggers = Triggers()
    triggers.heard(defect("locked_groove", "begin"), 5.0)
    triggers.heard(defect("skip", "single"), 5.0)
    triggers.heard(SIDE, 6.0)
    assert not triggers.skipping(6.0)


def test_each_has_its_words() -> None:
    assert set(IN_WORDS) == set(TRIGGERS)
    assert len(set(IN_WORDS.values())) == len(TRIGGERS)
