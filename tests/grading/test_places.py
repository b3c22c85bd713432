import pytest

from runout.grading.places import Place, about, clock, listed, up_to, where, which
from runout.side.tracks import Part

PARTS = (
    Part("needle_drop", 0.0, 0.4),
    Part("lead_in", 0.4, 8.0),
    Part("track", 8.0, 188.0, 1),
    Part("gap", 188.0, 190.0),
    Part("track", 190.0, 490.0, 2),
    Part("gap", 490.0, 493.0),
    Part("track", 493.0, 793.0, 3),
    Part("run_out", 793.0, 830.0),
)
ALONE = (Part("track", 0.0, 60.0, 1),)


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([(200.0, 200.0)], " in track 2"),
        ([(200.0, 200.0), (500.0, 500.0)], " in tracks 2 and 3"),
        ([(10.0, 11.0), (200.0, 201.0), (500.0, 501.0)], " throughout"),
        # One in twelve is not worth a word.
        ([(200.0 + n, 200.0 + n) for n in range(12)] + [(500.0, 500.0)], " in track 2"),
        ([(1.0, 7.0)], " in the lead-in"),
        ([(1.0, 7.0), (10.0, 16.0)], " in the lead-in and track 1"),
        ([(188.0, 190.0)], " in the gaps"),
        ([(800.0, 801.0)], ""),
        ([], ""),
    ],
)
def test_which_part_holds_most(spans, words):
    assert which(spans, PARTS) == words


def test_without_parts_there_is_no_place():
    assert which([(1.0, 2.0)], ()) == ""
    assert where([(1.0, 2.0)], ()) == Place("", False)


@pytest.mark.parametrize(
    ("spans", "place"),
    [
        ([(8.5, 20.0), (25.0, 36.0)], Place(" in the first 30 s of track 1", True)),
        ([(770.0, 792.0)], Place(" in the last 30 s of track 3", True)),
        ([(300.0, 340.0)], Place(" in track 2", False)),
        ([(10.0, 100.0), (200.0, 300.0), (500.0, 600.0)], Place(" throughout", True)),
        ([(2.0, 6.0)], Place(" in the lead-in", False)),
    ],
)
def test_where_in_a_track(spans, place):
    assert where(spans, PARTS) == place


def test_throughout_an_only_track():
    assert where([(5.0, 6.0), (55.0, 56.0)], ALONE) == Place(" throughout", True)
    assert where([(25.0, 26.0), (45.0, 46.0)], ALONE) == Place(" in track 1", False)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (4.4, "4 s"), (38.0, "40 s"), (61.0, "a minute"), (52.6, "55 s"), (82.0, "80 s"),
     (118.0, "2 min"), (600.0, "10 min")],
)  # fmt: skip
def test_lengths_are_rounded_as_one_would(seconds, words):
    assert about(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.3, "5 s"), (12.0, "15 s"), (28.0, "30 s"), (50.0, "50 s"), (58.0, "minute"),
     (100.0, "2 min")],
)  # fmt: skip
def test_what_holds_a_length_is_not_shorter(seconds, words):
    assert up_to(seconds) == words


def test_clock_and_lists():
    assert clock(724.9) == "12:04"
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip
