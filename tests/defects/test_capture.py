import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.defects.capture import _SEAM as SEAM
from runout.defects.capture import CaptureJudge, blanked, repeated, seam
from runout.defects.impulse import Impulse
from sounds import real_music, with_clicks

RATE = 44_100
MUSIC = real_music(6.0).T.astype(np.float64)
AT, REACH = 1200, 1200


def around(sound, place):
    return np.ascontiguousarray(sound[:, place - REACH : place + REACH])


def loud_places(count, seed=0):
    """Places where both channels move, so that a glitch can be heard there."""
    rng = np.random.default_rng(seed)
    places = rng.integers(3 * REACH, MUSIC.shape[1] - 3 * REACH, 10 * count)
    level = [np.abs(MUSIC[:, one - 200 : one + 200]).mean(axis=1).min() for one in places]
    return [int(places[one]) for one in np.argsort(level)[-count:]]


def without(sound, place, length):
    return np.concatenate((sound[:, :place], sound[:, place + length :]), axis=1)


def test_lost_samples_leave_a_seam():
    told = [seam(around(without(MUSIC, one, 44), one), AT) for one in loud_places(20)]
    assert np.median(told) > 4.0


@pytest.mark.parametrize("channel", ["left", "right", "both"])
def test_a_click_leaves_none(channel):
    places = loud_places(20)
    clicked = with_clicks(
        MUSIC.T.astype(np.float32), [one / RATE for one in places], over=8, channel=channel
    ).T.astype(np.float64)
    assert max(seam(around(clicked, one - 6), AT) for one in places) < SEAM


def test_plain_music_leaves_none():
    assert max(seam(around(MUSIC, one), AT) for one in loud_places(40, seed=1)) < SEAM


@pytest.mark.parametrize(("length", "told"), [(10, False), (44, True), (400, True)])
def test_zeros_in_both_channels_are_told_from_some_length_on(length, told):
    sound = around(MUSIC, loud_places(1)[0])
    sound[:, AT : AT + length] = 0.0
    assert blanked(sound, RATE) is told


def test_one_silent_channel_and_silence_are_not_blanked():
    sound = around(MUSIC, loud_places(1)[0])
    sound[0, AT : AT + 400] = 0.0
    assert not blanked(sound, RATE)
    assert not blanked(np.zeros((2, 2 * REACH)), RATE)
    sound[:, AT:] = 0.0
    assert not blanked(sound, RATE)


@settings(max_examples=30, deadline=None)
@given(st.integers(12, 240), st.integers(-15, 5))
def test_a_packet_played_twice_is_told_whatever_its_length(length, late):
    place = loud_places(1)[0]
    sound = np.concatenate((MUSIC[:, :place], MUSIC[:, place - length :]), axis=1)
    assert repeated(around(sound, place + late), AT, RATE)
    assert not repeated(around(MUSIC, place + late), AT, RATE)


def test_a_square_wave_and_silence_repeat_themselves_and_are_no_glitch():
    square = np.repeat(np.tile([0.5] * 50 + [-0.5] * 50, 24)[None], 2, axis=0)
    assert not repeated(np.zeros((2, 2 * REACH)), AT, RATE)
    assert not blanked(square, RATE)


def impulse(place, kind="click"):
    return Impulse(place, 10, kind, "left", 12.0, 0.9)


def judged(sound, place, kind="click", rate=RATE):
    judge = CaptureJudge(rate)
    for start in range(0, sound.shape[1], 5000):
        judge.feed(np.ascontiguousarray(sound[:, start : start + 5000].T, np.float32))
    return judge.judge(impulse(round(place * RATE / rate), kind), RATE)


def test_a_glitch_becomes_one_in_both_channels_at_any_rate():
    place = MUSIC.shape[1] - 30_000
    sound = MUSIC.copy()
    sound[:, place : place + 88] = 0.0
    for rate in (44_100, 48_000, 96_000):
        one = judged(sound, place, rate=rate)
        assert (one.kind, one.channel) == ("capture_glitch", "both")


def test_what_is_none_stays_a_click_or_is_nothing():
    place = MUSIC.shape[1] - 30_000
    assert judged(MUSIC, place).kind == "click"
    assert judged(MUSIC, place, kind="capture_glitch") is None


def test_beyond_what_is_kept_nothing_is_judged():
    assert judged(MUSIC, 100).kind == "click"
    assert judged(MUSIC, MUSIC.shape[1] - 10).kind == "click"


def test_memory_is_bounded():
    judge = CaptureJudge(RATE)
    for _ in range(100):
        judge.feed(np.zeros((RATE // 2, 2), np.float32))
    assert sum(len(block) for block in judge._blocks) <= 3.5 * RATE
