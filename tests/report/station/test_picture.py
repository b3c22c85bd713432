import numpy as np
import pytest

from runout.report.station.picture import BANDS, HOP_S, HOPS, Painter
from sounds import noise, sine

RATES = [22_050, 44_100, 48_000, 96_000, 192_000]


def drawn(sound, rate, block=0.05):
    painter = Painter(rate)
    frames = round(block * rate)
    pictures = []
    for start in range(0, len(sound), frames):
        pictures += painter.feed(sound[start : start + frames])
    return pictures


@pytest.mark.parametrize("rate", RATES)
def test_a_sine_is_where_and_as_loud_as_it_is(rate):
    pictures = drawn(sine(1.0, rate, 1000.0, level=1.0), rate)
    assert len(pictures) == round(1.0 / (HOPS * HOP_S))
    assert [picture.at_s for picture in pictures] == pytest.approx(0.1 * np.arange(10), abs=1e-3)
    for picture in pictures:
        assert picture.level_db == pytest.approx((-3.01, -3.01), abs=0.02)
        assert picture.peak_db == pytest.approx((0.0, 0.0), abs=0.05)
        # At most half a band off the centre, where a triangle is 6 dB down.
        assert (picture.spectrum.max(axis=1) >= 255 - 6.1 * 2.55).all()
        loudest = picture.spectrum.argmax(axis=1)
        assert set(loudest) <= {9, 10, 11}


def test_ten_decibels_less_are_a_tenth_of_the_scale_less():
    loud = drawn(sine(0.2, 48_000, level=0.5), 48_000)[0]
    soft = drawn(sine(0.2, 48_000, level=0.5 * 10 ** (-0.5)), 48_000)[0]
    assert int(loud.spectrum.max()) - int(soft.spectrum.max()) == pytest.approx(25.5, abs=1)


def test_the_envelope_has_each_columns_least_and_greatest_sample():
    sound = np.zeros((4_800, 2), np.float32)
    sound[100] = 0.5, -0.25
    sound[2_500] = -1.0, 1.0
    (picture,) = drawn(sound, 48_000)
    assert picture.envelope.tolist() == [[0, 64, -32, 0], [-127, 0, 0, 127]]


def test_over_full_scale_is_full_scale():
    (picture,) = drawn(np.full((4_800, 2), -3.0, np.float32), 48_000)
    assert picture.envelope.min() == -127


def test_silence_is_told_as_null():
    (picture,) = drawn(np.zeros((4_800, 2), np.float32), 48_000)
    assert picture.spectrum.max() == 0
    fields = picture.fields()
    assert fields["level_db"] == {"left": None, "right": None}
    assert fields["peak_db"] == {"left": None, "right": None}


def test_how_the_sound_is_split_into_blocks_makes_no_difference():
    sound = noise(1.0, 44_100)
    for block in (0.013, 0.1, 1.0):
        for ours, theirs in zip(drawn(sound, 44_100, block), drawn(sound, 44_100), strict=True):
            assert np.array_equal(ours.envelope, theirs.envelope)
            assert np.array_equal(ours.spectrum, theirs.spectrum)
            assert ours.at_s == theirs.at_s


def test_what_is_skipped_is_counted():
    painter = Painter(48_000)
    list(painter.feed(noise(0.07, 48_000)))
    painter.skip(96_000)
    (picture,) = painter.feed(noise(0.1, 48_000))
    assert picture.at_s == 2.0
    assert picture.spectrum.shape == (HOPS, BANDS)
