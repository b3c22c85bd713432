import numpy as np
import pytest

from runout.side.tracks import DROP_S
from runout_training.corpus.tracks import RATE
from simulated_sides import CLOCK, simulated


@pytest.fixture(scope="module")
def side():
    return simulated(1, clicks_per_min=30.0, pops_per_min=10.0, noise_db=-45.0)


def level_db(sound):
    return 10 * np.log10(np.mean(np.square(sound, dtype=np.float64)))


def test_parts_follow_one_another_and_tracks_are_as_long_as_their_music(side):
    names = [part.name for part in side.parts]
    assert names[:5] == ["needle_drop", "lead_in", "track", "gap", "track"]
    assert names[-1] == "lifted"
    assert set(names[5:-1]) <= {"run_out", "locked_run_out"}
    for one, following in zip(side.parts, side.parts[1:], strict=False):
        assert one.end_s == following.start_s
    assert side.parts[-1].end_s == pytest.approx(side.seconds)
    tracks = [part for part in side.parts if part.name == "track"]
    assert [part.track for part in tracks] == [1, 2]
    assert [part.end_s - part.start_s for part in tracks] == pytest.approx([16.0, 14.0])
    assert side.parts[0].end_s - side.parts[0].start_s == pytest.approx(DROP_S)


def test_parts_sound_as_they_are_called(side):
    def level(name):
        part = next(part for part in side.parts if part.name == name)
        first, last = (round(at * RATE) for at in (part.start_s, part.end_s))
        return level_db(side.clean[:, first + RATE // 10 : last - RATE // 10])

    up = level_db(side.clean[:, : round(side.parts[0].start_s * RATE)])
    assert -105.0 < up < -79.5
    assert level("lifted") == pytest.approx(up, abs=0.5)
    assert level("gap") == pytest.approx(level("lead_in"), abs=2.0)
    assert level("track") > level("gap") + 20.0 > up + 30.0


def test_the_two_sounds_differ_only_where_something_lies(side):
    free = np.ones(side.sound.shape[1], bool)
    for one in side.truth:
        free[one.start - 60 : one.end + 1500] = False
    apart = np.abs(side.sound - side.clean)
    assert 0.5 < free.mean() < 1.0
    # Half a step of rounding and half of dither.
    assert apart[:, free].max() <= 1.01 / 32768


def test_onsets_are_exact_to_the_sample(side):
    apart = np.abs(side.sound - side.clean).max(axis=0)
    checked = 0
    for one in side.truth:
        alone = all(o is one or abs(o.start - one.start) > RATE // 10 for o in side.truth)
        peak = apart[one.peak - 3 : one.peak + 4].max()
        if not alone or one.over_db < 15.0 or peak < 0.01:
            continue
        window = apart[one.start - 400 : one.end]
        risen = one.start - 400 + int(np.flatnonzero(window >= 0.1 * peak)[0])
        assert abs(risen - one.start) <= 3  # the walls' skew
        checked += 1
    assert checked >= 3


def test_the_same_seed_makes_the_same_side():
    one, again, other = (simulated(seed, (12.0,), clicks_per_min=20.0) for seed in (4, 4, 5))
    assert np.array_equal(one.sound, again.sound)
    assert one.truth == again.truth
    assert one.parts == again.parts
    assert one.seconds != other.seconds


def test_scratches_stay_at_the_platters_angle_over_gaps_and_skips():
    side = simulated(2, (30.0, 20.0), scratched_percent=30.0, skips=1)
    for episode in {one.episode for one in side.truth if one.episode is not None}:
        crossings = [one.start for one in side.truth if one.episode == episode]
        steps = np.diff(crossings) / RATE / CLOCK.period_s
        # Askew by 3 degrees a turn at most, and a crossing may be missed or played twice.
        assert np.abs(steps - np.rint(steps)).max() < 0.03


def test_off_centre_sways_the_pitch_once_a_turn():
    plain, swung = (simulated(3, (15.0,), off_centre_percent=size) for size in (0.0, 0.5))
    first = round(next(p for p in plain.parts if p.name == "track").start_s * RATE)
    window = slice(first + 5 * RATE, first + 10 * RATE)
    one, other = plain.clean[0, window], swung.clean[0, window]
    shift = 0.005 * CLOCK.period_s * RATE / (2 * np.pi)
    assert 50 < shift < 70
    assert np.corrcoef(one, other)[0, 1] < 0.9
    assert level_db(one) == pytest.approx(level_db(other), abs=0.5)
