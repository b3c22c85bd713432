import pytest

from runout.defects.passage import Passage
from runout.side.holes import Holes

RATE = 44_100


def hole(start_s):
    return Passage("dropout", round(start_s * RATE), RATE // 10, 0.8)


@pytest.mark.parametrize(
    ("programme_s", "now_s", "told"),
    [(5.1, 5.2, 0), (5.29, 5.3, 0), (5.31, 5.4, 1), (5.2, 6.0, 0)],
)
def test_it_is_told_once_the_music_goes_on(programme_s, now_s, told):
    holes = Holes(RATE)
    holes.add(hole(5.0))
    assert len(list(holes.told(programme_s, now_s))) == told
    assert list(holes.told(programme_s, now_s)) == []


def test_music_that_comes_back_later_had_a_pause():
    holes = Holes(RATE)
    holes.add(hole(5.0))
    assert list(holes.told(5.1, 6.0)) == []
    assert list(holes.told(9.0, 9.0)) == []


def test_they_are_told_in_order():
    holes = Holes(RATE)
    for start_s in (5.0, 5.2, 5.9):
        holes.add(hole(start_s))
    assert [one.start for one in holes.told(5.7, 5.7)] == [5 * RATE, round(5.2 * RATE)]
    assert [one.start for one in holes.told(6.3, 6.3)] == [round(5.9 * RATE)]
