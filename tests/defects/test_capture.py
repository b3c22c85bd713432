from dataclasses import replace

import numpy as np
import pytest

from runout.defects.capture import _SEAM as SEAM
from runout.defects.capture import _SEAM_SURE as SURE
from runout.defects.capture import CaptureJudge, seam
from runout.defects.impulse import Impulse
from runout.features.params import FeatureParams
from runout.model.scorer import Scored
from sounds import real_music, with_clicks

RATE = 44_100
HOP = FeatureParams().hop
STEP = 32 * HOP
MUSIC = real_music(6.0).T.astype(np.float64)
AT, REACH = 1200, 1200
LATE = MUSIC.shape[1] - 30_000


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


def twice(sound, place, length):
    return np.concatenate((sound[:, :place], sound[:, place - length :]), axis=1)


def emptied(sound, place, length):
    sound = sound.copy()
    sound[:, place : place + length] = 0.0
    return sound


def test_lost_samples_leave_a_seam():
    told = [seam(around(without(MUSIC, one, 44), one), AT) for one in loud_places(20)]
    assert np.median(told) > SEAM + 0.5


@pytest.mark.parametrize("late", [-25, 25])
def test_a_seam_is_found_some_samples_away(late):
    place = max(loud_places(20), key=lambda one: seam(around(without(MUSIC, one, 44), one), AT))
    assert seam(around(without(MUSIC, place, 44), place + late), AT) > SEAM + 0.5


@pytest.mark.parametrize("channel", ["left", "right", "both"])
def test_a_click_leaves_none(channel):
    places = loud_places(20)
    clicked = with_clicks(
        MUSIC.T.astype(np.float32), [one / RATE for one in places], over=8, channel=channel
    ).T.astype(np.float64)
    assert max(seam(around(clicked, one - 6), AT) for one in places) < SEAM


def test_plain_music_leaves_none():
    assert max(seam(around(MUSIC, one), AT) for one in loud_places(40, seed=1)) < SEAM


def impulse(place, kind="click", length=10):
    return Impulse(place, length, kind, "left", 12.0, 0.9)


def fed(sound, rate=RATE):
    judge = CaptureJudge(rate)
    for start in range(0, sound.shape[1], 5000):
        judge.feed(np.ascontiguousarray(sound[:, start : start + 5000].T, np.float32))
    return judge


def judged(sound, place, kind="click", rate=RATE):
    return fed(sound, rate).judge(impulse(round(place * RATE / rate), kind), RATE)


def unheard(judge, leap=None, samples=MUSIC.shape[1]):
    """What the judge tells of steps in which nothing leaps, but where it is said to."""
    found = []
    for start in range(0, samples // STEP * STEP, STEP):
        ratio = np.ones((3, STEP), np.float32)
        if leap is not None and start <= leap < start + STEP:
            ratio[:, leap - start : leap - start + 12] = 40.0
        scored = Scored(start // HOP, np.zeros((32, 5), np.float32), ratio[:2], ratio, ratio)
        found += judge.unheard(scored, RATE)
    return found


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_glitch_becomes_one_in_both_channels_at_any_rate(rate):
    one = judged(emptied(MUSIC, LATE, 88), LATE, rate=rate)
    assert (one.kind, one.channel) == ("capture_glitch", "both")
    assert one.start == pytest.approx(LATE * RATE / rate, abs=2)
    assert one.length == pytest.approx(88 * RATE / rate, abs=3)


def test_what_is_none_stays_a_click_or_is_nothing():
    assert judged(MUSIC, LATE) == impulse(LATE)
    assert judged(MUSIC, LATE, kind="capture_glitch") is None


def test_a_glitch_with_two_edges_is_told_once():
    judge = fed(emptied(MUSIC, LATE, 400))
    assert judge.judge(impulse(LATE), RATE).kind == "capture_glitch"
    assert judge.judge(impulse(LATE + 400), RATE) is None
    assert judge.judge(impulse(LATE + 1_000), RATE).kind == "click"
    assert unheard(judge) == []


@pytest.mark.parametrize("glitch", [emptied, twice])
def test_packets_that_nothing_was_heard_of_are_told_once_and_in_time(glitch):
    judge = fed(glitch(MUSIC, LATE, 44))
    (one,) = unheard(judge)
    assert (one.kind, one.channel, one.confidence) == ("capture_glitch", "both", 1.0)
    assert one.start == pytest.approx(LATE, abs=1)
    assert one.length == pytest.approx(44, abs=2)
    assert unheard(judge) == []


def test_a_seam_that_nothing_was_heard_of_is_told_where_both_walls_leapt():
    places = [one for one in loud_places(60) if one > MUSIC.shape[1] - 80_000]
    place = max(places, key=lambda one: seam(around(without(MUSIC, one, 44), one), AT))
    sound = without(MUSIC, place, 44)
    assert unheard(fed(sound)) == []
    (one,) = unheard(fed(sound), leap=place)
    assert (one.kind, one.length) == ("capture_glitch", 1)
    assert one.start == pytest.approx(place, abs=1)
    # Where an impulse was found there, that was judged already.
    judge = fed(sound)
    assert judge.judge(impulse(place), RATE).kind == "capture_glitch"
    assert unheard(judge, leap=place) == []


def test_where_it_crackles_no_leap_is_looked_at():
    places = [one for one in loud_places(60) if one > MUSIC.shape[1] - 80_000]
    place = max(places, key=lambda one: seam(around(without(MUSIC, one, 44), one), AT))
    judge = fed(without(MUSIC, place, 44))
    for n in range(5):
        judge.judge(impulse(place - 20_000 + n * 1_000), RATE)
    assert unheard(judge, leap=place) == []


@pytest.mark.parametrize(("height", "stays"), [(SEAM + 0.1, False), (SURE + 0.1, True)])
def test_where_the_music_has_seams_only_a_sure_one_is_told(monkeypatch, height, stays):
    heights = [height, *[SEAM - 0.5] * 4, height]
    monkeypatch.setattr("runout.defects.capture.seam", lambda *_: heights.pop(0))
    assert len(unheard(fed(MUSIC), leap=LATE)) == 1
    judge = fed(MUSIC)
    for n in range(4):
        assert unheard(judge, leap=LATE - 40_000 + 6_000 * n) == []
    assert (len(unheard(judge, leap=LATE)) == 1) is stays


def test_a_leap_alone_is_no_glitch():
    assert unheard(fed(MUSIC), leap=LATE) == []


def test_what_was_not_heard_is_told_with_its_step_over_the_programme():
    level = 0.01
    sound = np.random.default_rng(0).choice([-level, level], MUSIC.shape) * 0.1 + level
    (one,) = unheard(fed(emptied(sound, LATE, 44)))
    assert one.peak_db == pytest.approx(0.0, abs=1.0)


def test_among_many_impulses_only_a_few_are_looked_at():
    judge = fed(without(MUSIC, LATE, 44))
    for n in range(5):
        judge.judge(impulse(LATE - 8_000 + n * 1_000), RATE)
    assert judge.judge(impulse(LATE), RATE).kind == "click"


def test_beyond_what_is_kept_nothing_is_judged():
    assert judged(MUSIC, 100).kind == "click"
    assert judged(MUSIC, MUSIC.shape[1] - 10).kind == "click"


def test_memory_is_bounded():
    judge = CaptureJudge(RATE)
    for n in range(20):
        judge.feed(MUSIC[:, :22_050].T.astype(np.float32))
        judge.judge(impulse(n * 22_050), RATE)
    assert judge._kept.end - judge._kept.start <= 3.0 * RATE
    assert len(judge._heard) < 10


def test_the_seam_is_sought_where_the_impulse_was_foretold_worst():
    place = max(loud_places(60), key=lambda one: seam(around(without(MUSIC, one, 44), one), AT))
    place = max(place, LATE)
    sound = without(MUSIC, place, 44)
    # What rings before the gap has the impulse begin early.
    early = Impulse(place - 200, 220, "click", "left", 12.0, 0.9)
    assert seam(around(sound, place), AT) > SEAM
    assert fed(sound).judge(early, RATE).kind == "click"
    one = fed(sound).judge(replace(early, peak=place), RATE)
    assert (one.kind, one.start, one.length) == ("capture_glitch", place, 1)
