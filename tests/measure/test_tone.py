"""Where a steady tone is, and its frequency over time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.measure.tone import ToneTracker, find_tones
from sounds import noise, real_music
from tones import RATE, tone


def the_tone(sound, rate=RATE, **options):
    (found,) = find_tones(sound, rate, **options)
    return found


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
@pytest.mark.parametrize("hertz", [1000.0, 2987.0, 3171.3])
def test_the_frequency_at_any_rate(rate, hertz):
    found = the_tone(tone(5.0, hertz, rate=rate), rate)
    assert found.frequency().mean() == pytest.approx(hertz, rel=2e-6)
    assert found.nominal_hz == min((1000.0, 3000.0, 3150.0), key=lambda one: abs(one - hertz))
    assert found.channel == "both"


@pytest.mark.parametrize("gain_db", [-40.0, 0.0])
def test_size_at_any_gain(gain_db):
    gain = 10.0 ** (gain_db / 20.0)
    found = the_tone(tone(5.0, left=0.8 * gain, right=0.6 * gain))
    assert found.peaks == pytest.approx((0.8 * gain, 0.6 * gain), rel=1e-3)
    assert found.difference_db == pytest.approx(20.0 * np.log10(0.8 / 0.6), abs=0.01)


def test_frequency_follows_the_tone_moment_by_moment():
    found = the_tone(tone(6.0, 3150.0, [(1.0, 0.5, 0.3), (30.0, 0.2, 1.0)], noise_db=None))
    # A difference between two samples stands for the middle between them.
    time = found.start_s + (np.arange(len(found.frequency())) + 0.5) / found.rate
    slow = 0.5 * np.cos(2 * np.pi * time + 0.3)
    fast = 0.2 * np.cos(2 * np.pi * 30.0 * time + 1.0)
    assert found.frequency() == pytest.approx(3150.0 * (1 + (slow + fast) / 100.0), abs=0.02)


def test_hum_and_rumble_do_not_matter():
    sound = tone(6.0, noise_db=None)
    time = np.arange(sound.shape[1]) / RATE
    for hertz, level in ((12.0, 0.5), (50.0, 0.3), (100.0, 0.2), (150.0, 0.1)):
        sound += (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)
    assert the_tone(sound).frequency() == pytest.approx(3150.0, abs=0.01)


def test_clicks_do_not_matter():
    sound = tone(8.0, noise_db=None)
    for at in range(1, 8):
        sound[:, at * 23_500 : at * 23_500 + 6] += 2.0
    found = the_tone(sound)
    assert found.duration_s > 7.0
    assert np.quantile(np.abs(found.frequency() - 3150.0), 0.95) < 0.05
    assert found.frequency().mean() == pytest.approx(3150.0, rel=1e-5)


@pytest.mark.parametrize(("left", "right"), [(0.5, 0.01), (0.01, 0.5), (0.5, 0.4), (0.5, -0.5)])
def test_the_channel_that_has_it(left, right):
    found = the_tone(tone(5.0, left=left, right=right))
    expected = "both" if abs(right) > 0.1 and left > 0.1 else "left" if left > 0.1 else "right"
    assert found.channel == expected
    assert found.frequency().mean() == pytest.approx(3150.0, rel=1e-5)


def test_tones_one_after_another_in_silence_and_noise():
    quiet = 0.001 * noise(2.0, RATE, 1.0).T
    parts = [
        quiet,
        tone(5.0, 1000.0, right=0.005),
        tone(5.0, 1000.0, left=0.005),
        quiet,
        tone(9.0, 3150.0),
    ]
    found = find_tones(np.concatenate(parts, axis=1).astype(np.float32), RATE)
    assert [(one.nominal_hz, one.channel) for one in found] == [
        (1000.0, "left"),
        (1000.0, "right"),
        (3150.0, "both"),
    ]
    begins_s = np.array([2.0, 7.0, 14.0])
    ends_s = np.array([7.0, 12.0, 23.0])
    starts_s = np.array([one.start_s for one in found])
    lasts_s = np.array([one.duration_s for one in found])
    assert (starts_s >= begins_s).all()
    assert (starts_s + lasts_s <= ends_s).all()
    assert (lasts_s >= ends_s - begins_s - 1.5).all()


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros((2, 10 * RATE), np.float32),
        noise(10.0, RATE).T,
        real_music(20.0)[::2].T,
        tone(10.0, 440.0),
        tone(4.0, 3150.0),
        np.concatenate([tone(0.5, hertz) for hertz in np.geomspace(950, 3300, 20)], axis=1),
    ],
    ids=["silence", "noise", "music", "440 Hz", "short", "glide"],
)
def test_what_is_no_test_tone(sound):
    assert find_tones(sound, RATE) == ()


def test_a_long_tone_is_told_in_pieces(monkeypatch):
    monkeypatch.setattr("runout.measure.tone._LONGEST_S", 5.0)
    found = find_tones(tone(16.0, noise_db=None), RATE)
    assert [one.duration_s for one in found[:2]] == pytest.approx([4.5, 4.5], abs=0.3)
    assert len(found) == 3
    assert all(one.frequency().mean() == pytest.approx(3150.0, rel=1e-6) for one in found)


def test_a_tone_of_ones_own():
    found = the_tone(tone(5.0, 4010.0), nominal_hz=(4000.0,))
    assert (found.nominal_hz, round(found.frequency().mean())) == (4000.0, 4010)
    assert find_tones(tone(5.0, 3150.0), RATE, (4000.0,)) == ()


WHOLE = tone(5.0, 3150.0, [(0.5556, 0.2, 0.0)], rate=22_050)


@given(st.lists(st.integers(0, len(WHOLE[0])), max_size=6))
@settings(max_examples=20, deadline=None)
def test_any_split_gives_the_same(cuts):
    tracker = ToneTracker(22_050)
    pieces = np.split(WHOLE, sorted(cuts), axis=1)
    found = [one for piece in pieces for one in tracker.feed(piece)] + tracker.finish()
    (expected,) = find_tones(WHOLE, 22_050)
    assert [one.start_s for one in found] == [expected.start_s]
    assert np.array_equal(found[0].baseband, expected.baseband)
