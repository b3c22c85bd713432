import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.balance import balance
from runout_training.wear.codec import CODECS, MP3_KBPS, codec, coded
from runout_training.wear.transfer import (
    RATES,
    level,
    low_pass,
    sixteen_bits,
    through_rate,
)
from worn_sounds import marked, programme, tone


def music(seconds=1.0):
    """Noise that falls by 6 dB an octave: what a codec has bits for."""
    worn = programme(seconds, seed=3)
    sound = np.cumsum(worn.sound, axis=1)
    sound -= np.apply_along_axis(np.convolve, 1, sound, np.ones(501) / 501, "same")
    return worn.with_truth(0.2 * sound / np.abs(sound).max())


def delay(before, after):
    lines = np.fft.rfft(after, 2 * len(before)) * np.fft.rfft(before, 2 * len(before)).conj()
    likeness = np.fft.irfft(lines)
    best = int(likeness.argmax())
    return best if best < len(before) else best - 2 * len(before)


@pytest.mark.parametrize("name", CODECS)
def test_a_codec_keeps_time_to_the_sample_and_changes_the_sound(name):
    worn = music()
    after = codec(np.random.default_rng(1), worn, name)
    assert after.sound.shape == worn.sound.shape
    for before, coded_row in zip(worn.sound, after.sound, strict=True):
        assert delay(before, coded_row) == 0
        left = np.std(coded_row - before) / np.std(before)
        assert 1e-4 < left < 0.5


def test_mp3_keeps_time_at_every_rate():
    worn = music(0.5)
    errors = []
    for kbps in MP3_KBPS:
        after = codec(np.random.default_rng(1), worn, "mp3", kbps)
        assert after.sound.shape == worn.sound.shape
        assert delay(worn.sound[0], after.sound[0]) == 0
        errors.append(np.std(after.sound - worn.sound))
    assert errors[0] > 1.5 * errors[-1]


def test_any_length_comes_back_whole():
    sound = music().sound[:, :30_001]
    for name in CODECS:
        assert coded(sound, name, 0.4).shape == sound.shape


@pytest.mark.parametrize("seed", range(8))
def test_the_low_pass_moves_truth_by_its_delay(seed):
    worn = marked(programme(0.5, level=0.001), 5000, 15_000)
    after = low_pass(np.random.default_rng(seed), worn, 9_000.0)
    for one in after.truth:
        assert abs(int(np.abs(after.sound[0, one.peak - 8 : one.peak + 9]).argmax()) - 8) <= 1


def test_the_low_pass_passes_what_is_below_its_corner():
    below, above = (
        np.std(low_pass(np.random.default_rng(5), tone(hertz), 8_000.0).sound)
        for hertz in (500, 18_000)
    )
    assert below == pytest.approx(0.1 / np.sqrt(2), rel=0.02)
    assert above < 0.5 * below


def test_the_level_is_as_drawn():
    after = level(np.random.default_rng(1), programme(), (-6.0, -6.0))
    assert np.abs(after.sound).max() == pytest.approx(10 ** (-6 / 20))


def test_sixteen_bits_are_steps_of_2_to_the_minus_15_with_dither():
    worn = programme(level=0.3)
    after = sixteen_bits(np.random.default_rng(1), worn).sound
    assert np.array_equal(after * 32768, np.rint(after * 32768))
    assert after.max() <= 32767 / 32768
    assert after.min() >= -1.0
    inside = np.abs(worn.sound) < 0.99
    assert np.abs(after - worn.sound)[inside].max() <= 1.01 / 32768


@pytest.mark.parametrize("rate", RATES)
def test_another_rate_and_back_keeps_time_and_length(rate):
    worn = tone(3000)
    after = through_rate(np.random.default_rng(2), worn, rate).sound
    assert after.shape == worn.sound.shape
    middle = slice(2000, RATE - 2000)
    assert np.abs(after - worn.sound)[:, middle].max() < 0.003
    top = through_rate(np.random.default_rng(2), tone(17_000), rate).sound[:, middle]
    assert (np.std(top) < 0.01) == (rate < 40_000)


def test_balance_lowers_one_channel_and_crosses_some_over():
    worn = programme()
    for seed in range(20):
        after = balance(np.random.default_rng(seed), worn).sound
        assert abs(20 * np.log10(np.std(after[0]) / np.std(after[1]))) <= 7.0
        one_sided = worn.with_truth(worn.sound * [[1.0], [0.0]])
        left, right = balance(np.random.default_rng(seed), one_sided).sound
        assert -46.0 <= 20 * np.log10(np.std(right) / np.std(left)) <= -4.0
