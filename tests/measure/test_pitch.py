import numpy as np
import pytest

from runout.measure.pitch import APART, STEP_S, PitchFollower, PitchSteps, PitchStore, answer
from swinging import RATE, Audio, played

GLIDE_PERCENT = 0.1
"""A second"""


def rising(
    seconds: float, noise: float = 0.0, percent: float = GLIDE_PERCENT, note_s: float = 30.0
) -> Audio:
    return played(seconds, lambda time_s: percent / 200.0 * time_s**2, noise=noise, note_s=note_s)


def followed(sound: Audio) -> PitchSteps:
    steps = PitchFollower().feed(sound)
    assert steps is not None
    return steps


def moved_percent(steps: PitchSteps) -> float:
    return float(steps.slope_percent.sum() / steps.curvature.sum())


@pytest.mark.parametrize("noise", [0.0, 0.03, 0.1])
@pytest.mark.parametrize("percent", [0.3, -0.3])
def test_a_glide_moves_every_step_alike_through_noise(noise, percent):
    steps = followed(rising(20.0, noise, percent))
    assert moved_percent(steps) == pytest.approx(percent * APART * STEP_S, rel=0.1)


def test_notes_move_the_same_up_and_down():
    up, down = (followed(rising(20.0, 0.01, percent, note_s=0.8)) for percent in (0.3, -0.3))
    between = moved_percent(up) - moved_percent(down)
    assert between == pytest.approx(0.6 * APART * STEP_S, rel=0.1)


def test_both_halves_hear_it():
    steps = followed(rising(20.0))
    by_half = steps.slope_percent.sum(axis=1) / steps.curvature.sum(axis=1)
    assert by_half == pytest.approx(GLIDE_PERCENT * APART * STEP_S, rel=0.15)


def test_one_voice_that_glides_moves_little():
    alone = played(20.0, note_s=30.0) + np.float32(0.1) * np.sin(
        2 * np.pi * 700.0 * (1.0 + 0.003 * np.arange(20 * RATE) / RATE) ** 2, dtype=np.float32
    )
    assert abs(moved_percent(followed(alone))) < 0.1 * 0.3 * APART * STEP_S


def test_blocks_of_any_size_give_the_same():
    sound = rising(6.0)
    whole = followed(sound)
    follower, at = PitchFollower(), 0
    pieces = []
    for size in (1, 70_000, 333, 8_704, 100_000, sound.shape[1]):
        steps = follower.feed(sound[:, at : at + size])
        at += size
        if steps is not None:
            pieces.append(steps)
    slopes = np.concatenate([one.slope_percent for one in pieces], axis=1)
    assert np.array_equal(slopes, whole.slope_percent)
    assert len(whole) == 3 * 16


def test_what_does_not_move_reads_nothing_at_all():
    steps = followed(played(6.0, note_s=30.0))
    assert abs(moved_percent(steps)) < 1e-3


def test_silence_is_worth_nothing():
    steps = followed(np.zeros((2, 3 * RATE), np.float32))
    assert not steps.curvature.any()
    assert not steps.slope_percent.any()


@pytest.mark.parametrize("gain_db", [-12.0, 12.0])
def test_gain_moves_nothing(gain_db):
    sound = rising(6.0, noise=0.01)
    turned = followed(sound * np.float32(10 ** (gain_db / 20)))
    assert moved_percent(turned) == pytest.approx(moved_percent(followed(sound)), rel=1e-3)


def test_the_store_keeps_what_is_asked_for():
    store = PitchStore()
    steps = followed(rising(20.0))
    store.add(steps)
    assert store.nbytes <= 20.0 * 81
    every = store.within([(0.0, 20.0)])
    # The first hears what was before the sound.
    assert every.slope_percent[:, 3:] == pytest.approx(steps.slope_percent[:, 3:], rel=2e-3)
    some = store.within([(5.0, 8.0), (10.0, 12.0)])
    kept = np.flatnonzero(some.curvature.any(axis=0)) * STEP_S
    assert kept.min() >= 5.0
    assert kept.max() < 12.0
    assert not np.any((kept > 8.0) & (kept < 10.0))
    store.forget(9.0)
    after = store.within([(5.0, 8.0), (10.0, 12.0)])
    assert after.curvature.sum() == pytest.approx(store.within([(10.0, 12.0)]).curvature.sum())
    assert 0.0 < after.curvature.sum() < some.curvature.sum()


def test_forgetting_more_than_there_is_leaves_an_empty_store_that_goes_on():
    store, follower = PitchStore(), PitchFollower()
    sound = rising(20.0)
    first = follower.feed(sound[:, : 10 * RATE])
    assert first is not None
    store.add(first)
    store.forget(60.0)
    assert store.nbytes == 0
    second = follower.feed(sound[:, 10 * RATE :])
    assert second is not None
    store.add(second)
    assert not store.within([(0.0, 9.0)]).curvature.any()
    assert store.within([(12.0, 20.0)]).curvature.any()


def test_the_answer_to_a_swing_is_that_of_frames_so_far_apart():
    hertz = np.array([0.02, 0.55, 1.3, 4.0])
    away_s = (np.arange(2048) - 1023.5) / (RATE / 4)
    window = 0.5 + 0.5 * np.cos(2 * np.pi * (np.arange(2048) - 1023.5) / 2048)
    within = np.cos(2 * np.pi * hertz[:, None] * away_s) @ window / window.sum()
    apart = 2.0 * np.sin(np.pi * hertz * APART * STEP_S)
    assert answer(hertz) == pytest.approx(apart * within, rel=1e-9)
