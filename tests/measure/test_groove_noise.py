import numpy as np
import pytest
import soundfile
import soxr

import sounds
from runout.measure.groove_noise import is_groove_noise
from sliced import RATE, sliced

RNG = np.random.default_rng(5)


def recorded(path):
    sound, rate = soundfile.read(path, dtype="float32")
    return soxr.resample(sound, rate, RATE)


HISS, MUSIC, SHELLAC = map(recorded, (sounds.HISS, sounds.CLEAN, sounds.SHELLAC))


def noise(falling, seconds=8.0):
    """Noise whose power falls with the frequency to some power: 0 is white, 1 pink, 2 brown."""
    samples = round(seconds * RATE)
    spectrum = np.fft.rfft(RNG.standard_normal((samples, 2)), axis=0)
    spectrum /= np.maximum(np.arange(len(spectrum)) / seconds, 30.0)[:, None] ** (falling / 2)
    sound = np.fft.irfft(spectrum, samples, axis=0)
    return (0.01 * sound / sound.std()).astype(np.float32)


@pytest.mark.parametrize("sound", [HISS, HISS * 0.1, HISS[::-1], *map(noise, (0, 1, 2))])
def test_a_groove_alone_is_noise(sound):
    assert is_groove_noise(sliced(sound))


@pytest.mark.parametrize("sound", [MUSIC, MUSIC * 0.03, SHELLAC])
def test_music_is_none_however_soft_and_worn(sound):
    assert not is_groove_noise(sliced(sound))


def test_music_as_loud_as_its_groove_is_none():
    music = MUSIC[: len(HISS)] * (HISS.std() / MUSIC.std())
    assert not is_groove_noise(sliced(HISS + music))


def test_noise_that_swells_as_music_does_is_none():
    sound = noise(1)
    swell = 10.0 ** (np.linspace(-12.0, 0.0, len(sound)) / 20.0)
    assert not is_groove_noise(sliced((sound * swell[:, None]).astype(np.float32)))


def test_three_seconds_are_too_short_to_tell():
    assert not is_groove_noise(sliced(HISS[: 3 * RATE]))
