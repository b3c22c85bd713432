from itertools import pairwise

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.defects.impulse import ImpulseFinder
from runout.model.card import load_model
from runout.model.scorer import Scored, Scorer
from sounds import CLEAN, faded_in, faded_out, noise, real_music, sine, with_clicks

MODEL = load_model()
RATE = 44_100


def found(sound, block=22_050, rate=RATE):
    scorer = Scorer(MODEL, rate)
    finder = ImpulseFinder(MODEL.card, MODEL.card.thresholds["normal"])
    impulses = []
    for start in range(0, len(sound), block):
        for scored in scorer.feed(sound[start : start + block]):
            impulses += finder.feed(scored)
    for scored in scorer.finish():
        impulses += finder.feed(scored)
    return impulses + finder.finish()


PLACES = [0.4, 0.9, 1.1, 1.6, 2.0, 2.7]


@pytest.mark.parametrize("channel", ["left", "right", "both"])
def test_clicks_are_found_where_they_are_and_in_their_wall(channel):
    impulses = found(with_clicks(real_music(), PLACES, over=12, channel=channel))
    assert [one.start / RATE for one in impulses] == pytest.approx(PLACES, abs=0.003)
    assert {one.kind for one in impulses} == {"click"}
    assert {one.channel for one in impulses} == {channel}
    assert all(one.length <= 0.003 * RATE for one in impulses)


@pytest.mark.parametrize("over_db", [30.0, 36.0])
def test_level_is_told_over_the_programme(over_db):
    # In steady noise the programme's level is known exactly.
    quiet = noise(3.0, level=0.02)
    impulses = found(with_clicks(quiet, PLACES, over=10 ** (over_db / 20)))
    assert len(impulses) == len(PLACES)
    assert np.median([one.peak_db for one in impulses]) == pytest.approx(over_db, abs=2.0)


def test_how_loudly_it_is_heard_goes_by_what_is_around():
    loud, soft = noise(3.0, level=0.1), noise(3.0, level=0.01)
    both = np.concatenate((loud, soft))
    impulses = found(with_clicks(both, [1.5, 4.5], over=40))
    # Where the noise breaks off there is a third.
    over_loud, over_soft = impulses[0].audible_db, impulses[-1].audible_db
    assert len(impulses) in (2, 3)
    assert over_soft - over_loud == pytest.approx(20.0, abs=3.0)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros((3 * RATE, 2), np.float32),
        faded_out(sine(3.0)),
        faded_out(sine(3.0, hertz=12_000.0)),
        noise(10.0),
        noise(10.0, level=1e-5),
    ],
    ids=["silence", "sine", "high sine", "noise", "faint noise"],
)
def test_what_is_no_click_gives_none(sound):
    assert found(sound) == []


def test_the_click_free_recording_has_no_click():
    assert found(real_music(10.0)) == []
    assert CLEAN.exists()


def test_three_seconds_full_of_clicks_are_full_of_clicks_the_last_window_included():
    places = list(np.arange(0.02, 2.99, 0.05))
    impulses = found(with_clicks(real_music(3.0), places, over=15))
    times = np.array([one.start / RATE for one in impulses])
    near = [np.abs(times - place).min() < 0.003 for place in places]
    assert np.mean(near) >= 0.85
    assert near[-1]


@settings(max_examples=10, deadline=None)
@given(st.integers(300, 60_000))
def test_blocks_of_any_size_give_the_same_impulses(block):
    sound = with_clicks(real_music(2.0), [0.3, 0.31, 1.2, 1.999], over=12)
    assert found(sound, block) == found(sound, len(sound))


@pytest.mark.parametrize("gain_db", [-20, 10])
def test_gain_changes_nothing(gain_db):
    sound = with_clicks(0.2 * real_music(), PLACES)
    plain = found(sound)
    changed = found(sound * np.float32(10 ** (gain_db / 20)))
    assert [one.start for one in changed] == [one.start for one in plain]
    assert [one.peak_db for one in changed] == pytest.approx(
        [one.peak_db for one in plain], abs=0.1
    )
    # A band that just counts on one side of rounding, on the other doesn't.
    assert [one.audible_db for one in changed] == pytest.approx(
        [one.audible_db for one in plain], abs=0.1
    )


def test_polarity_changes_nothing_and_swapped_channels_swap():
    sound = with_clicks(real_music(), PLACES, channel="left")
    plain = found(sound)
    assert [one.start for one in found(-sound)] == [one.start for one in plain]
    swapped = found(sound[:, ::-1].copy())
    assert [one.start for one in swapped] == [one.start for one in plain]
    assert {one.channel for one in swapped} == {"right"}


@pytest.mark.parametrize("rate", [32_000, 48_000, 88_200, 96_000, 192_000])
def test_the_same_clicks_at_every_rate(rate):
    sound = with_clicks(faded_in(faded_out(real_music())), PLACES, over=12)
    at_rate = soxr.resample(sound, RATE, rate).astype(np.float32)
    times = [one.start / RATE for one in found(at_rate, rate=rate)]
    assert times == pytest.approx(PLACES, abs=0.003)


def doubted(sound, block=22_050):
    scorer = Scorer(MODEL, RATE)
    finder = ImpulseFinder(MODEL.card, MODEL.card.thresholds["normal"])
    sure, doubtful = [], []
    for start in range(0, len(sound), block):
        for scored in scorer.feed(sound[start : start + block]):
            sure += finder.feed(scored)
            doubtful += finder.doubtful
    for scored in scorer.finish():
        sure += finder.feed(scored)
        doubtful += finder.doubtful
    return sure, doubtful


def test_clicks_that_are_half_heard_are_handed_out_as_doubtful():
    places = np.arange(0.2, 9.8, 0.1)
    sure, doubtful = doubted(with_clicks(real_music(10.0), list(places), over=0.1))
    assert len(doubtful) >= 20
    assert all(one.doubtful for one in doubtful)
    assert not any(one.doubtful for one in sure)
    true = [np.abs(places - one.start / RATE).min() < 0.003 for one in doubtful]
    assert np.mean(true) > 0.8
    least = MODEL.card.thresholds["normal"]
    assert all(0.1 <= one.confidence < least[one.kind] for one in doubtful)
    apart = [abs(one.start - other.start) for one in sure for other in doubtful]
    assert min(apart) > 0.003 * RATE


def test_doubtful_ones_are_the_same_for_blocks_of_any_size():
    sound = with_clicks(real_music(4.0), list(np.arange(0.2, 3.8, 0.1)), over=0.1)
    assert doubted(sound, 1_000)[1] == doubted(sound, len(sound))[1] != []


def test_an_impulse_tells_where_it_was_foretold_worst():
    impulses = found(with_clicks(real_music(), PLACES, over=12))
    assert [one.peak / RATE for one in impulses] == pytest.approx(PLACES, abs=0.001)
    assert all(one.start <= one.peak < one.start + one.length for one in impulses)


def every(heights, hot):
    """The impulses told where the ratio has these heights, by sample, and the model is sure of the
    cells `hot`."""
    hop = MODEL.card.features.hop
    cells, classes = 32, len(MODEL.card.classes)
    ratio = np.ones((3, cells * hop), np.float32)
    for place, height in heights.items():
        ratio[:2, place] = height
    scores = np.zeros((cells, classes), np.float32)
    scores[hot, MODEL.card.classes.index("click")] = 0.99
    audio = np.random.default_rng(1).normal(0.0, 0.01, (2, cells * hop)).astype(np.float32)
    rows = np.zeros((cells, MODEL.card.features.n_features))
    finder = ImpulseFinder(MODEL.card, MODEL.card.thresholds["normal"])
    step = Scored(0, scores, audio, ratio, rows)
    return finder.feed(step) + finder.finish()


def told(heights, hot):
    """The samples of their peaks."""
    return [one.peak for one in every(heights, hot)]


HOP = MODEL.card.features.hop
FIRST = 12 * HOP + 20
PULSES = {(cell * HOP + 100): 25.0 for cell in range(32) if cell not in (12, 13)}
"""Of a voice in the music, one a cell"""


@pytest.mark.parametrize(
    ("second", "hot"), [(12 * HOP + 220, [12]), (13 * HOP + 180, [12, 13])], ids=["same", "next"]
)
def test_of_two_impulses_the_lower_one_counts_if_it_stands_out_of_what_is_around(second, hot):
    assert told({FIRST: 100.0, second: 20.0}, hot) == [FIRST, second]
    assert told({FIRST: 100.0, second: 20.0} | PULSES, hot) == [FIRST]
    assert told({FIRST: 100.0, second: 40.0} | PULSES, hot) == [FIRST, second]
    assert told({FIRST: 100.0, second: 9.0}, hot) == [FIRST]
    assert told({FIRST: 100.0, second: 12.0}, hot) == [FIRST, second]
    assert told({FIRST: 100.0, second: 28.0} | PULSES, hot) == [FIRST]
    assert told({FIRST: 100.0, second: 32.0} | PULSES, hot) == [FIRST, second]
    low = [FIRST] if len(hot) == 1 else [FIRST, second]
    assert told({FIRST: 40.0, second: 7.0}, hot) == low
    assert told({FIRST: 40.0, second: 9.0}, hot) == [FIRST, second]
    # A neighbour or two that stand high are clicks that weren't sure, and speak against none.
    unsure = {9 * HOP + 100: 50.0, 15 * HOP + 100: 50.0}
    assert told({FIRST: 100.0, second: 20.0} | unsure, hot) == [FIRST, second]


def test_ringing_beyond_three_milliseconds_is_no_second_impulse():
    """A scrape that dies away slowly: what is left of it then is told by its extent."""
    heights = {FIRST + n: 100.0 * np.exp(-n / 80) for n in range(200)}
    assert told(heights, [12]) == [FIRST]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_no_two_impulses_overlap(seed):
    rng = np.random.default_rng(seed)
    places = rng.choice(np.arange(9 * HOP, 16 * HOP), 30, replace=False)
    heights = {int(place): float(rng.uniform(2.0, 120.0)) for place in places}
    impulses = every(heights, list(range(9, 16)))
    assert all(a.start + a.length <= b.start for a, b in pairwise(impulses))
