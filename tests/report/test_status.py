import pytest

from runout.grading.outlook import Outlook
from runout.report.status import ended_words, status_words
from told_sides import ended, state


def test_a_side_that_plays_is_told_with_its_provisional_grade():
    so_far = Outlook("VG+", 1.0, 0.9, ("VG+",), "clicks")
    assert status_words(state(outlook=so_far), 3, None) == "side 3, track 2, 12:04, VG+ so far"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "side 1, track 2, 12:04"),
        ({"track": None, "part": "lead_in", "elapsed_s": 6.2}, "side 1, lead in, 0:06"),
        ({"track": None, "part": "locked_run_out"}, "side 1, locked run out, 12:04"),
        ({"track": None, "part": "needle_up", "elapsed_s": 0.0}, "side 1, 0:00"),
        ({"outlook": Outlook(None, None, None, (), "too short")}, "side 1, track 2, 12:04"),
    ],
)
def test_what_is_not_known_is_left_out(told, words):
    assert status_words(state(**told), 1, None) == words


def test_between_sides_the_last_one_is_told():
    idle = state(phase="idle", side_id=None, track=None, part="needle_up", elapsed_s=0.0)
    assert status_words(idle, 0, None) == "needle up"
    last = ended("VG", "2 skips")
    assert status_words(idle, 2, last) == "needle up; side 2: VG after 19:20 (2 skips)"


def test_a_side_that_was_not_graded_says_why():
    words = ended_words(ended(None, "only 20 s of music were heard"), 1)
    assert words == "side 1: not graded after 19:20 (only 20 s of music were heard)"
