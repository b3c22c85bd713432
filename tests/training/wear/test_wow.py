import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout_training.corpus.tracks import RATE
from runout_training.wear.worn import Truth
from runout_training.wear.wow import resampled, wow
from worn_sounds import programme, tone


def speed_of(sound, hertz):
    """Momentary frequency of a tone over its own, away from the ends."""
    lines = np.fft.fft(sound)
    lines[len(lines) // 2 :] = 0.0
    lines[: round(0.8 * hertz * len(sound) / RATE)] = 0.0
    lines[round(1.2 * hertz * len(sound) / RATE) :] = 0.0
    phase = np.unwrap(np.angle(np.fft.ifft(lines)))
    smooth = np.convolve(np.diff(phase), np.ones(441) / 441, mode="valid")
    return smooth[4000:-4000] * RATE / (2 * np.pi * hertz)


def test_off_centre_pressing_swings_the_speed_once_a_revolution():
    # 0.2 mm at 60 mm: 0.33 %.
    worn = tone(3150, 7.2)
    after = wow(np.random.default_rng(1), worn, off_centre=0.2 / 60, drive=0.0)
    speed = speed_of(after.sound[0], 3150)
    assert (speed.max() - speed.min()) / 2 == pytest.approx(0.2 / 60, rel=0.03)
    lines = np.abs(np.fft.rfft((speed - speed.mean())[: 3 * 79_380]))
    assert lines.argmax() == 3


@pytest.mark.parametrize("drive", [0.0005, 0.003])
def test_wow_and_flutter_have_the_rms_that_is_asked(drive):
    found = [
        np.std(
            speed_of(wow(np.random.default_rng(seed), tone(3150, 4.0), 0.0, drive).sound[0], 3150)
        )
        for seed in range(8)
    ]
    assert np.mean(found) == pytest.approx(drive, rel=0.25)


def test_speed_that_is_even_changes_nothing():
    worn = tone(5000)
    after = wow(np.random.default_rng(0), worn, 0.0, 0.0)
    assert np.allclose(after.sound, worn.sound, atol=1e-6)


@pytest.mark.parametrize("hertz", [100, 1000, 5000, 10_000])
def test_resampling_between_samples_is_true(hertz):
    at = np.sort(np.random.default_rng(1).uniform(100, RATE - 100, 20_000))
    wave = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    out = resampled(np.stack((wave, -wave)), at)
    expected = np.sin(2 * np.pi * hertz * at / RATE)
    assert 20 * np.log10(np.std(out[0] - expected) / np.std(expected)) < (
        -50 if hertz < 6000 else -30
    )
    assert np.array_equal(out[1], -out[0])


def test_it_doesn_t_click():
    worn = tone(1000, 4.0)
    after = wow(np.random.default_rng(2), worn, 0.005, 0.003).sound[:, 10:-10]
    bends = np.abs(np.diff(after, 2, axis=1))
    # A sine's second difference is never above its peak times the squared turn a sample.
    assert bends.max() < 0.1 * (2 * np.pi * 1010 / RATE) ** 2 * 1.15


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_truth_moves_with_the_sound(seed):
    worn = programme(2.0)
    sound = np.zeros_like(worn.sound)
    places = [1000, 20_000, 50_000, 80_000]
    sound[:, places] = 1.0
    truth = [Truth("click", place - 1, place, place + 2, "both", 10.0) for place in places]
    whole = Truth("dropout", 0, 0, sound.shape[1], "both", -20.0)
    after = wow(np.random.default_rng(seed), worn.with_truth(sound, *truth, whole))
    assert after.sound.shape == sound.shape
    for one in after.truth[:4]:
        near = np.abs(after.sound[0, one.peak - 3 : one.peak + 4])
        assert near.argmax() == 3 or near[3] > 0.6 * near.max()
    assert (after.truth[4].start, after.truth[4].end) == (0, sound.shape[1])
