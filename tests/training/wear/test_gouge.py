import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.gouge import gouge, shock
from runout_training.wear.impulse import extent
from worn_sounds import programme


def test_the_shock_dies_away_within_8_to_15_ms():
    rng = np.random.default_rng(2)
    waves = [shock(rng) for _ in range(200)]
    assert all(np.abs(wave).max() == pytest.approx(1.0) for wave in waves)
    lengths = np.array([np.subtract(*extent(wave)[::-1]) for wave in waves]) * 1000 / RATE
    assert 5.0 <= np.median(lengths) <= 15.0
    assert lengths.max() <= 16.0


def test_a_gouge_comes_back_once_a_revolution():
    worn = programme(8.0)
    turned = 0
    for seed in range(12):
        after = gouge(np.random.default_rng(seed), worn)
        starts = np.array([truth.start for truth in after.truth])
        assert np.allclose(np.diff(starts), worn.clock.period_s * RATE, atol=0.001 * RATE)
        episodes = {truth.episode for truth in after.truth}
        assert episodes == ({0} if len(starts) >= 3 else {None})
        turned += len(starts) > 1
    assert turned > 3


def test_a_second_gouge_is_another_episode():
    rng = np.random.default_rng(0)
    worn = gouge(rng, programme(8.0), turns=(4, 4))
    again = gouge(rng, worn, turns=(4, 4))
    assert [truth.episode for truth in again.truth] == [0] * 4 + [1] * 4


def test_music_is_lost_for_5_to_30_ms_on_the_walls_that_are_hit():
    worn = programme(2.0)
    for seed in range(20):
        after = gouge(np.random.default_rng(seed), worn, over_db=(10.0, 12.0), turns=(1, 1))
        (truth,) = after.truth
        assert truth.kind == "pop"
        assert 0.005 <= (truth.end - truth.start + 1) / RATE <= 0.045
        rows = {"left": [0], "right": [1], "both": [0, 1]}[truth.channel]
        spared = [row for row in (0, 1) if row not in rows]
        assert np.array_equal(after.sound[spared], worn.sound[spared])
        # How much of the music is left: its share in what is there, in the treble.
        part = slice(truth.start + 30, truth.start + 180)
        was, now = (np.diff(sound[rows, part], 4).ravel() for sound in (worn.sound, after.sound))
        assert (was @ now) / (was @ was) < 0.6


def test_a_sound_shorter_than_a_revolution_may_have_none():
    worn = programme(0.08)
    after = gouge(np.random.default_rng(1), worn)
    assert after.truth == ()
    assert np.array_equal(after.sound, worn.sound)


def test_the_same_rng_gives_the_same():
    first, second = (gouge(np.random.default_rng(4), programme()) for _ in range(2))
    assert first.truth == second.truth
    assert np.array_equal(first.sound, second.sound)
