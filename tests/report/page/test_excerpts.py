import io
import math
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from report.page.made import RATE, SCRATCH, SIDE, click
from runout.report.page import excerpts
from runout.report.page.excerpts import MOST, cut_of, excerpts_of, worst
from runout.report.page.scan import Cut
from sounds import noise


def heard(*events):
    return worst(replace(SIDE, events=events))


def test_the_most_audible_first_whatever_their_peak():
    soft = click(1, 1.0, peak_db=30.0, audible_db=2.0)
    loud = click(2, 5.0, peak_db=10.0, audible_db=20.0)
    assert heard(soft, loud) == (loud, soft)


def test_what_is_masked_is_not_among_the_worst():
    assert heard(click(1, 1.0, audible_db=-1.0)) == ()


def test_a_skip_comes_before_any_click():
    skip = replace(SCRATCH, kind="skip", peak_db=math.nan, part_of=None)
    tick = click(1, 1.0, audible_db=50.0)
    assert heard(tick, skip) == (skip, tick)


def test_three_at_most_of_one_scratch_and_none_of_the_capture():
    glitch = click(9, 50.0, peak_db=60.0, kind="capture_glitch")
    found = heard(*SIDE.events, glitch)
    assert [event.id for event in found if event.part_of == "s1"] == ["e1", "e2", "e3"]
    assert not {"s1", "e9"} & {event.id for event in found}


def test_a_scratch_whose_ticks_are_not_told_speaks_for_itself():
    assert heard(SCRATCH) == (SCRATCH,)


def test_never_two_of_the_same_second_and_never_too_many():
    found = heard(*(click(n, n * 0.4) for n in range(100)))
    times = sorted(event.time_s for event in found)
    assert len(found) == MOST
    assert np.diff(times).min() >= 1.0


@pytest.mark.parametrize(
    ("time_s", "seconds", "expected"), [(10, 20, (9, 11)), (0.2, 20, (0, 2)), (19.9, 20, (18, 20))]
)
def test_two_seconds_within_the_file(time_s, seconds, expected):
    cut = cut_of(click(1, time_s), RATE, seconds * RATE)
    assert (cut.start / RATE, cut.end / RATE) == pytest.approx(expected)


def test_of_a_short_file_all():
    assert cut_of(click(1, 0.5), RATE, RATE) == Cut(0, RATE)


def made(sound, rate=RATE, time_s=10.0):
    (excerpt,) = excerpts_of([click(1, time_s)], [Cut(9 * rate, 11 * rate)], [sound], rate)
    return excerpt, *soundfile.read(io.BytesIO(excerpt.flac), dtype="float32", always_2d=True)


def test_an_excerpt_is_the_sound_itself_with_soft_ends():
    sound = noise(2.0)
    excerpt, flac, rate = made(sound)
    assert rate == RATE
    assert np.allclose(flac[1000:-1000], sound[1000:-1000], atol=2 / 32768)
    assert np.all(flac[0] == 0)
    assert np.all(flac[-1] == 0)
    assert excerpt.marker == pytest.approx(0.5)
    assert max(excerpt.peak) == pytest.approx(np.abs(sound).max())


def test_high_rates_are_lowered_and_mono_is_one_channel():
    mono = np.repeat(noise(2.0, rate=96_000)[:, :1], 2, axis=1)
    _, flac, rate = made(mono, 96_000)
    assert (rate, flac.shape) == (48_000, (96_000, 1))


def test_no_more_than_a_page_can_hold(monkeypatch):
    sounds = [noise(2.0, level=0.2, seed=n) for n in range(4)]
    events, cuts = [click(n, 10.0) for n in range(4)], [Cut(9 * RATE, 11 * RATE)] * 4
    whole = excerpts_of(events, cuts, sounds, RATE)
    assert len(whole) == 4
    room = sum(len(one.flac) for one in whole[:3])
    monkeypatch.setattr(excerpts, "_MOST_BYTES", room)
    assert excerpts_of(events, cuts, sounds, RATE) == whole[:3]
