import numpy as np
import pytest
import soundfile
import soxr

import sounds
from runout.measure.groove_noise import is_groove_noise
from sliced import RATE, sliced
from sounds import with_clicks

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


def pink_at(level_db, seconds=8.0):
    sound = noise(1, seconds)
    return (sound * (10 ** (level_db / 20) / sound.std())).astype(np.float32)


@pytest.mark.parametrize("level_db", [-12, -20, -30])
@pytest.mark.parametrize("channels", [(1, 1), (1, 0), (0, 1), (1, -1)])
def test_noise_louder_than_any_groove_is_on_the_record(level_db, channels):
    sound = pink_at(level_db)
    if channels == (1, -1):
        sound[:, 1] = sound[:, 0]
    assert not is_groove_noise(sliced(sound * np.array(channels, np.float32)))


@pytest.mark.parametrize("at_s", [0.0, 30.0, 57.5])
def test_a_short_programme_amid_a_long_groove_is_music(at_s):
    sound = pink_at(-50, 60.0)
    start = round(at_s * RATE)
    music = MUSIC[: round(2.5 * RATE)] * (sound.std() * 10 / MUSIC.std())
    sound[start : start + len(music)] += music
    assert not is_groove_noise(sliced(sound))


@pytest.mark.parametrize(("every_s", "over"), [(0.11, 10), (0.5, 30)])
def test_a_groove_that_ticks_is_noise(every_s, over):
    ticking = with_clicks(HISS, np.arange(0.3, 7.0, every_s), RATE, over)
    assert is_groove_noise(sliced(ticking))


def test_three_seconds_are_too_short_to_tell():
    assert not is_groove_noise(sliced(HISS[: 3 * RATE]))
