import numpy as np
import pytest
from scipy import fft

from runout.defects.turns import LockBegan, LockEnded, Skipped, TurnTracker
from sounds import noise

RATE, HOP, STEP = 44_100, 256, 32 * 256
TURN = round(1.8 * RATE)


def music(seconds, seed=0):
    """Notes that never come again, over the hiss of a groove; shape (2, samples)."""
    rng = np.random.default_rng(seed)
    samples = round(seconds * RATE)
    note = 7000
    hertz = np.repeat(110.0 * 2 ** (rng.integers(0, 36, samples // note + 1) / 12), note)[:samples]
    swell = np.tile(np.exp(-np.arange(note) / 2500.0), samples // note + 1)[:samples]
    tone = 0.2 * np.sin(2 * np.pi * np.cumsum(hertz) / RATE) * swell
    return (tone + noise(seconds, level=0.003, seed=seed).T).astype(np.float32)


def played(sound, shocks=()):
    """What a tracker says of a sound whose impulses the model hears at the samples `shocks`."""
    cells = sound.shape[1] // HOP
    scores = np.zeros(cells, np.float32)
    for shock in shocks:
        scores[shock // HOP] = 1.0
    tracker = TurnTracker(RATE, 0.0, HOP / RATE)
    said = []
    for start in range(0, cells * HOP, STEP):
        end = min(start + STEP, cells * HOP)
        said += tracker.feed(sound[:, start:end], scores[start // HOP : end // HOP])
    return said + tracker.finish()


def pieces(sound, *spans):
    return np.concatenate([sound[:, start:end] for start, end in spans], axis=1)


AT = 6 * RATE


@pytest.mark.parametrize("grooves", [1, 2])
def test_a_skip_back_is_told_with_its_place_and_grooves(grooves):
    sound = music(16.0)
    skipped = pieces(sound, (0, AT), (AT - grooves * TURN, sound.shape[1]))
    (skip,) = played(skipped, [AT])
    assert isinstance(skip, Skipped)
    assert skip.jump.time_s == pytest.approx(AT / RATE, abs=HOP / RATE)
    assert skip.jump.grooves == grooves
    assert skip.jump.period_s == pytest.approx(1.8, abs=1e-3)


@pytest.mark.parametrize("period_s", [1.8, 1.3333, 0.7667, 1.75, 1.85])
def test_a_locked_groove_begins_and_ends(period_s):
    sound = music(12.0)
    turn = round(period_s * RATE)
    times = 4
    locked = pieces(sound, (0, AT), *[(AT - turn, AT)] * times, (AT, sound.shape[1]))
    began, ended = played(locked, [AT + number * turn for number in range(times)])
    assert isinstance(began, LockBegan)
    assert isinstance(ended, LockEnded)
    assert began.jump.time_s == pytest.approx(AT / RATE, abs=HOP / RATE)
    assert ended.repeats == times
    assert ended.end_s == pytest.approx((AT + times * turn) / RATE, abs=0.05)


def test_a_locked_groove_that_lasts_to_the_end_is_ended():
    sound = music(8.0)
    locked = pieces(sound, (0, AT), *[(AT - TURN, AT)] * 3)
    said = played(locked, [AT, AT + TURN, AT + 2 * TURN])
    assert [type(one) for one in said] == [LockBegan, LockEnded]


@pytest.mark.parametrize("grooves", [1, 2])
def test_a_skip_that_the_model_did_not_hear_is_told_by_the_needle_s_flight(grooves):
    sound = music(16.0)
    skipped = pieces(sound, (0, AT), (AT - grooves * TURN, sound.shape[1]))
    skipped[:, AT : AT + 300] *= 0.01
    (skip,) = played(skipped)
    assert isinstance(skip, Skipped)
    assert skip.jump.time_s == pytest.approx(AT / RATE, abs=0.008)
    assert skip.jump.grooves == grooves


def chord(samples, seed=5):
    """A deep tone that wavers and never ends, of unit RMS."""
    hertz = fft.rfftfreq(samples, 1 / RATE)
    band = np.exp(-0.5 * ((hertz - 300.0) / 8.0) ** 2)
    tone = fft.irfft(band * fft.rfft(np.random.default_rng(seed).standard_normal(samples)), samples)
    return (tone / tone.std()).astype(np.float32)


def test_under_a_sustained_chord_it_takes_three_shocks_to_tell_a_locked_groove():
    # It is alike at lags near by, before the jump as after it.
    sound = music(12.0)
    sound += 0.1 * chord(sound.shape[1])
    times = 3
    locked = pieces(sound, (0, AT), *[(AT - TURN, AT)] * times, (AT, sound.shape[1]))
    shocks = [AT + number * TURN for number in range(times)]
    assert [type(one) for one in played(locked, shocks)] == [LockBegan, LockEnded]
    assert played(locked, shocks[:2]) == []


def test_music_that_goes_on_is_no_skip():
    assert played(music(20.0), [AT, 2 * AT]) == []


def test_loops_that_fit_the_turn_are_no_locked_groove():
    # The very same samples each turn, under a hiss that isn't, with a click where it begins.
    loop = np.tile(music(1.8, seed=3)[:, :TURN], (1, 6))
    sound = np.concatenate((music(6.0), loop), axis=1)
    hiss = noise(sound.shape[1] / RATE, level=0.004, seed=9).T
    assert played(sound + hiss[:, : sound.shape[1]], [AT]) == []


def test_a_click_where_a_voice_falls_silent_over_a_loop_is_no_jump():
    loop = np.tile(music(1.8, seed=3)[:, :TURN], (1, 5))
    voice = music(9.0, seed=4)[:, : 5 * TURN].copy()
    voice[:, 2 * TURN : 4 * TURN] = 0.0
    assert played(loop + voice, [3 * TURN]) == []


def test_a_repeat_without_a_shock_is_the_music_s_own():
    sound = music(16.0)
    assert played(pieces(sound, (0, AT), (AT - TURN, sound.shape[1]))) == []


def test_damage_that_does_not_come_again_shows_that_the_groove_is_another():
    sound = music(16.0)
    skipped = pieces(sound, (0, AT), (AT - TURN, sound.shape[1]))
    dust = [AT - RATE, AT + RATE // 3, AT + RATE]
    assert played(skipped, [AT, *dust]) == []


def test_silence_is_nothing():
    assert played(np.zeros((2, 10 * RATE), np.float32), [AT]) == []
