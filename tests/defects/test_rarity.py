"""How much an impulse is believed where impulses are rare."""

import math
from dataclasses import replace

import pytest

from runout.defects.impulse import Impulse
from runout.defects.rarity import Rarity

RATE = 44_100


def impulse(time_s: float, confidence: float) -> Impulse:
    return Impulse(round(time_s * RATE), 20, "click", "both", 6.0, confidence)


def logit(confidence: float) -> float:
    return math.log(confidence / (1.0 - confidence))


def after(times_s: list[float], confidence: float, of: float) -> float:
    """The confidence that is left at the last of the times, the others being sure."""
    rarity = Rarity(0.0, RATE)
    for time_s in times_s[:-1]:
        rarity.weigh(impulse(time_s, of))
    return rarity.weigh(impulse(times_s[-1], confidence)).confidence


def test_first_impulse_of_a_side_is_believed_by_bayes_rule() -> None:
    listened_s = 20.0 * (1.0 - math.exp(-5.0 / 20.0))
    expected_per_s = 0.3 * 5.0 / (5.0 + listened_s)
    fall = logit(0.95) - logit(after([5.0], 0.95, of=0.99))
    assert fall == pytest.approx(math.log(3.0 / expected_per_s), abs=1e-3)


def test_where_clicks_are_many_the_score_stands() -> None:
    times_s = [place / 10.0 for place in range(300)]
    assert after(times_s, 0.6, of=0.99) == pytest.approx(0.6)


def test_what_is_not_sure_does_not_speak_for_more() -> None:
    times_s = [place / 10.0 for place in range(300)]
    assert after(times_s, 0.6, of=0.8) == pytest.approx(after([29.9], 0.6, of=0.8))


def test_after_a_quiet_hour_a_sure_click_is_still_heard() -> None:
    assert logit(0.99) - logit(after([3600.0], 0.99, of=0.99)) == pytest.approx(3.0, abs=1e-6)


def test_what_is_loud_is_doubted_less() -> None:
    soft, loud, louder = (
        Rarity(0.0, RATE).weigh(replace(impulse(60.0, 0.9), peak_db=peak_db)).confidence
        for peak_db in (6.0, 15.0, 40.0)
    )
    assert logit(loud) - logit(soft) == pytest.approx(0.2 * 5.0)
    assert louder == pytest.approx(0.9)


def test_what_stands_below_the_music_is_doubted_more() -> None:
    at, below, deep = (
        Rarity(0.0, RATE).weigh(replace(impulse(600.0, 0.99), peak_db=peak_db)).confidence
        for peak_db in (-3.0, -5.0, -13.0)
    )
    assert logit(0.99) - logit(at) == pytest.approx(3.0, abs=1e-6)
    assert logit(0.99) - logit(below) == pytest.approx(3.0 * (1.0 + 0.3 * 2.0), abs=1e-6)
    assert logit(0.99) - logit(deep) == pytest.approx(3.0 * (1.0 + 0.3 * 10.0), abs=1e-6)


def test_what_stands_below_the_music_stands_where_clicks_are_many() -> None:
    rarity = Rarity(0.0, RATE)
    for place in range(300):
        rarity.weigh(impulse(place / 10.0, 0.99))
    heard = rarity.weigh(replace(impulse(30.0, 0.6), peak_db=-8.0)).confidence
    assert heard == pytest.approx(0.6)


def test_what_stands_below_the_music_does_not_speak_for_more() -> None:
    rarity = Rarity(0.0, RATE)
    for place in range(300):
        rarity.weigh(replace(impulse(place / 10.0, 0.99), peak_db=-8.0))
    heard = rarity.weigh(impulse(30.0, 0.9)).confidence
    assert heard == pytest.approx(after([30.0], 0.9, of=0.99))


def test_a_burst_is_forgotten() -> None:
    burst_s = [place / 50.0 for place in range(100)]
    assert after([*burst_s, 2.1], 0.7, of=0.99) == pytest.approx(0.7)
    assert after([*burst_s, 200.0], 0.7, of=0.99) < 0.2


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_certainty_stays(confidence: float) -> None:
    assert after([60.0], confidence, of=0.99) == pytest.approx(confidence, abs=1e-6)


def test_capture_glitches_speak_for_no_click() -> None:
    rarity = Rarity(0.0, RATE)
    for place in range(60):
        rarity.weigh(replace(impulse(place / 2.0, 1.0), kind="capture_glitch"))
    heard = rarity.weigh(impulse(30.0, 0.93)).confidence
    assert heard == pytest.approx(after([30.0], 0.93, of=0.99))


def test_capture_glitch_is_left_as_it_is() -> None:
    glitch = replace(impulse(60.0, 0.4), kind="capture_glitch")
    assert Rarity(0.0, RATE).weigh(glitch) == glitch
