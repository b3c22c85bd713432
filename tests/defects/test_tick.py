import pytest

from runout.defects.tick import Tick, alike, wall


def tick(channel="left", peak_db=15.0):
    return Tick("s", 1.0, channel, peak_db)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (tick(), tick(), True),
        (tick(), tick("both"), True),
        (tick(), tick("right"), False),
        (tick(), tick(peak_db=34.0), True),
        (tick(), tick(peak_db=36.0), False),
    ],
)
def test_clicks_of_one_scratch_are_on_one_wall_and_about_as_loud(one, other, same):
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_the_wall_is_that_of_most():
    assert wall([tick("both"), tick("left"), tick("left")]) == "left"
