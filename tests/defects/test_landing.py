import numpy as np
import pytest

from runout.defects.again import FINE_REACH, Past
from runout.defects.landing import earlier, is_alike, is_over, landing, onset, repeat, thread
from sounds import noise

RATE = 44_100
TURN = round(1.8 * RATE)
AT = 4 * RATE
PARTS = 35
PEAK = 0.3
LEFT = 0.3 * 15 / PARTS
"""What a thread of that peak has over others, which may leave it for the last 15 parts: at two
samples a part, these take them 0.7 ms away"""


def alike(lags, seed=0):
    """Coefficients of parts of a sound that is unlike but along some lags (columns)."""
    rng = np.random.default_rng(seed)
    coefficients = 0.02 * rng.standard_normal((PARTS, 2 * FINE_REACH + 1)).astype(np.float32)
    for part, lag in enumerate(lags):
        coefficients[part, round(lag)] += PEAK
    return coefficients


def test_a_thread_stands_out():
    assert thread(alike(np.full(PARTS, FINE_REACH))) == pytest.approx(LEFT, abs=0.02)


def test_a_thread_may_wander_with_the_platter():
    assert thread(alike(np.linspace(FINE_REACH - 40, FINE_REACH + 5, PARTS))) > LEFT / 2


def test_a_thread_at_another_lag_counts_against():
    assert thread(alike(np.full(PARTS, FINE_REACH + 60))) == pytest.approx(-LEFT, abs=0.02)


def test_where_nothing_is_alike_there_is_no_thread():
    assert abs(thread(alike([]))) < 0.03


def test_a_sustained_note_has_a_thread_every_wave():
    waves = alike([])
    waves[:, ::22] += 0.5
    assert abs(thread(waves)) < 0.03


def band(seconds, seed):
    """Music with a beat, that never comes again."""
    rng = np.random.default_rng(seed)
    beat = round(0.11 * RATE)
    beats = round(seconds * RATE) // beat + 1
    loud = np.repeat(rng.uniform(0.02, 1.0, beats), beat)[: round(seconds * RATE)]
    return noise(seconds, seed=seed).T * loud.astype(np.float32)


def heard(sound):
    past = Past(RATE)
    past.feed(sound)
    return past


def skipped():
    groove = band(8.0, seed=1)
    return np.concatenate((groove[:, :AT], groove[:, AT - TURN : AT + RATE]), axis=1)


def looped(voice=0.5):
    """A loop, sample for sample, over which something else goes on up to a bar's end."""
    loop = np.tile(band(1.8, seed=2)[:, :TURN], (1, 5))
    sings = noise(loop.shape[1] / RATE, level=0.1 * voice, seed=3).T.copy()
    sings[:, 2 * TURN :] = 0.0
    hiss = noise(loop.shape[1] / RATE, level=1e-4, seed=4).T
    return (loop + sings + hiss)[:, : round(7.4 * RATE)]


def begun(past, about):
    lag = round(TURN * past.bin_rate / RATE)
    place = onset(past, lag)
    assert place == pytest.approx(about, abs=0.2 * RATE)
    return repeat(past, place, TURN)


def test_a_skip_is_a_landing_and_its_turn_ends():
    sound = skipped()
    past = heard(sound[:, : AT + 60_000])
    again = begun(past, AT)
    assert again.start == pytest.approx(AT, abs=300)
    assert again.lag == TURN
    assert again.alike == pytest.approx(1.0, abs=1e-3)
    assert landing(past, again, AT, 1, sure=False) == "yes"
    whole = heard(sound)
    assert is_over(whole, AT + TURN, AT + TURN + 1000, TURN)
    assert not is_over(whole, AT + TURN // 2, AT + TURN // 2 + 1000, TURN)


def test_a_voice_that_falls_silent_over_a_loop_is_no_landing():
    past = heard(looped()[:, : 3 * TURN + RATE])
    again = begun(past, 3 * TURN)
    assert again.start == pytest.approx(3 * TURN, abs=0.05 * RATE)
    assert again.alike > 0.98
    assert landing(past, again, 3 * TURN, 1, sure=True) == "no"


def test_a_repeat_that_has_just_begun_can_t_be_judged():
    past = heard(skipped()[:, : AT + 2048])
    assert repeat(past, AT, TURN) is None


def test_a_repeat_that_has_been_on_for_a_while_is_followed_to_where_it_began():
    past = heard(skipped()[:, : AT + 60_000])
    assert earlier(past, AT + 40_000, TURN) == pytest.approx(AT, abs=0.1 * RATE)
    # A turn later it is over, and before it there was none.
    assert earlier(past, AT - RATE // 4, TURN) is None


def test_a_loop_began_before_all_that_is_held():
    past = heard(looped(voice=0.0))
    assert is_alike(past, 4 * TURN - RATE, TURN)
    assert earlier(past, 4 * TURN - RATE // 2, TURN) is None


def test_a_skip_in_hiss_is_one_only_if_the_needle_was_surely_struck():
    sound = skipped()[:, : AT + 60_000]
    # The preamp's own noise: of the sharp part so much that it is alike by 0.94.
    own = noise(sound.shape[1] / RATE, level=0.017, seed=7).T
    past = heard(sound + own[:, : sound.shape[1]])
    again = begun(past, AT)
    assert 0.92 < again.alike < 0.95
    assert landing(past, again, AT, 1, sure=True) == "yes"
    assert landing(past, again, AT, 1, sure=False) == "no"
