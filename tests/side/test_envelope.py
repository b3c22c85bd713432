import numpy as np
import pytest

from runout.side.envelope import DOWN, GRID_S, STOPPED, UP, Envelope
from side.sides import RATE, db, hiss


def levels(sound, block=8192):
    envelope = Envelope(RATE)
    for start in range(0, sound.shape[1], block):
        envelope.feed(sound[:, start : start + block])
        envelope.mark(DOWN)
    return envelope.between(0.0, sound.shape[1] / RATE)


def tone(hertz, level_db, seconds=2.0):
    time = np.arange(round(seconds * RATE)) / RATE
    one = db(level_db) * np.sqrt(2) * np.sin(2 * np.pi * hertz * time)
    return np.stack((one, one)).astype(np.float32)


@pytest.mark.parametrize(
    ("hertz", "level_db", "middle_db"),
    [(3000, -20.0, -23.5), (1000, -20.0, -33.0), (50, -39.5, -84.0)],
)
def test_what_passes_into_each_lane(hertz, level_db, middle_db):
    level, middle, _ = levels(tone(hertz, -20.0))
    assert np.median(level) == pytest.approx(level_db, abs=0.5)
    assert np.median(middle) == pytest.approx(middle_db, abs=0.5)


def test_blocks_of_any_size_give_the_same():
    sound = hiss(3.1, -30.0)
    whole = levels(sound)
    for block in (441, 10_000):
        for one, other in zip(levels(sound, block), whole, strict=True):
            assert np.array_equal(one, other)
    assert len(whole[0]) == 62


def test_the_louder_channel_counts():
    sound = hiss(1.0, -30.0)
    sound[1] = 0.0
    assert np.median(levels(sound)[0]) == pytest.approx(-30.0, abs=0.5)


def test_latest_is_deaf_to_a_click():
    envelope = Envelope(RATE)
    sound = hiss(0.2, -60.0)
    sound[:, 3000:3010] = 0.9
    envelope.feed(sound)
    assert envelope.latest[0] == pytest.approx(-60.0, abs=1.0)


def test_silence_is_the_least_that_is_told():
    level, _, _ = levels(np.zeros((2, RATE), np.float32))
    assert set(level) == {-127.0}


def test_idle_forgets_all_but_what_a_side_may_begin_with():
    envelope = Envelope(RATE)
    for number in range(20):
        envelope.feed(hiss(1.0, -80.0 + number))
        envelope.mark(UP)
        envelope.idle()
    envelope.feed(hiss(1.0, -20.0))
    envelope.mark(STOPPED)
    level, _, where = envelope.between(19.5, 21.0)
    assert len(level) == len(where) == round(1.5 / GRID_S)
    assert level[0] == pytest.approx(-61.0, abs=1.0)
    assert level[-1] == pytest.approx(-20.0, abs=1.0)
    assert list(where) == [UP] * 10 + [STOPPED] * 20
    assert len(envelope.between(0.0, 21.0)[0]) == 100


def test_a_needle_is_down_from_where_it_landed():
    envelope = Envelope(RATE)
    envelope.feed(hiss(2.0, -40.0))
    envelope.mark(UP)
    envelope.landed(0.5)
    _, _, where = envelope.between(0.0, 2.0)
    assert list(where) == [UP] * 10 + [DOWN] * 30
