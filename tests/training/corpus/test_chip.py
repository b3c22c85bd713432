import numpy as np
import pytest

from runout_training.corpus import chip
from runout_training.corpus.tracks import RATE


def test_a_pulse_has_the_spectrum_of_its_duty_and_hardly_an_alias():
    increment = np.full(RATE, 1_000.5 / RATE)
    wave = chip._pulse(np.cumsum(increment) % 1.0, increment, 0.25)
    power = np.abs(np.fft.rfft(wave * np.hanning(RATE))) ** 2
    near = np.zeros(len(power), bool)
    for number in range(1, 22):
        at = round(number * 1_000.5)
        near[at - 3 : at + 4] = True
    assert power[~near][10:].sum() < 1e-3 * power[near].sum()
    # The Fourier series of a pulse of a quarter: sin(n pi/4)/n, so every fourth is missing.
    places = [round(number * 1_000.5) for number in (1, 2, 4)]
    lines = [np.sqrt(power[at - 3 : at + 4].sum()) for at in places]
    assert lines[1] / lines[0] == pytest.approx(np.sin(np.pi / 2) / 2 / np.sin(np.pi / 4), rel=0.02)
    assert lines[2] < 0.01 * lines[0]


def test_notes_begin_and_end_without_a_step():
    level = chip._envelope(np.random.default_rng(1), RATE, 5000, np.ones(16, bool))
    assert level.max() > 0.5
    assert np.abs(np.diff(level)).max() <= 1.0 / (0.0015 * RATE) + 1e-9


def test_each_split_has_wave_shapes_of_its_own():
    duties = [set(chip._DUTIES[split]) for split in ("train", "validation", "test")]
    assert not duties[0] & duties[1] | duties[0] & duties[2] | duties[1] & duties[2]
    sounds = [chip.tune(np.random.default_rng(2), 1.0, split) for split in chip._DUTIES]
    assert all(sound.shape == (2, RATE) and np.isfinite(sound).all() for sound in sounds)
    assert not np.array_equal(sounds[0], sounds[2])
